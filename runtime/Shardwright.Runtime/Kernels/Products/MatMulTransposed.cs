namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y[rows, columns] = x[rows, inner] · w[columns, inner]ᵀ: the gradient of <c>MatMul</c> with respect to its left operand.</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void MatMulTransposed(ReadOnlySpan<float> x, ReadOnlySpan<float> w, Span<float> y, int rows, int inner, int columns, bool accumulate = false)
    {
        RequireProduct(nameof(MatMulTransposed), x, w, y, 1, rows, inner, columns);
        fixed (float* px = x, pw = w, py = y)
        {
            new MatrixProduct
            {
                X = px,
                XRow = inner,
                XStep = 1,
                W = pw,
                WStep = 1,
                WColumn = inner,
                Y = py,
                Batch = 1,
                Rows = rows,
                Inner = inner,
                Columns = columns,
                Accumulate = accumulate,
            }.Run();
        }
    }
}
