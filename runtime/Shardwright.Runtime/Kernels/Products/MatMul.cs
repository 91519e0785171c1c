namespace Shardwright.Execution;

/// <summary>
/// The arithmetic of a training step on one rank, over spans of its arena. Sizes are checked at entry; nothing is allocated in steady state.
/// <c>accumulate</c> adds the finished result to the output once. Where two rows hold the same values, their results have the same bits: they
/// depend neither on the number of rows nor on a row's position nor on the thread count.
/// </summary>
public static unsafe partial class Kernels
{
    /// <summary>y[rows, columns] = x[rows, inner] · w[inner, columns].</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void MatMul(ReadOnlySpan<float> x, ReadOnlySpan<float> w, Span<float> y, int rows, int inner, int columns, bool accumulate = false)
    {
        RequireProduct(nameof(MatMul), x, w, y, 1, rows, inner, columns);
        fixed (float* px = x, pw = w, py = y)
        {
            new MatrixProduct
            {
                X = px,
                XRow = inner,
                XStep = 1,
                W = pw,
                WStep = columns,
                WColumn = 1,
                Y = py,
                Batch = 1,
                Rows = rows,
                Inner = inner,
                Columns = columns,
                Accumulate = accumulate,
            }.Run();
        }
    }

    private static void RequireProduct(string kernel, ReadOnlySpan<float> x, ReadOnlySpan<float> w, ReadOnlySpan<float> y, int batch, int rows, int inner, int columns)
    {
        Require.NotNegative(kernel, nameof(batch), batch);
        Require.NotNegative(kernel, nameof(rows), rows);
        Require.NotNegative(kernel, nameof(inner), inner);
        Require.NotNegative(kernel, nameof(columns), columns);
        Require.Length(kernel, nameof(x), x.Length, (long)batch * rows * inner);
        Require.Length(kernel, nameof(w), w.Length, (long)batch * inner * columns);
        Require.Length(kernel, nameof(y), y.Length, (long)batch * rows * columns);
    }
}
