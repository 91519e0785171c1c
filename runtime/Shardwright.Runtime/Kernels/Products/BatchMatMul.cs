namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[batch, rows, columns] = a · b for every entry of the batch; a is [batch, rows, inner], or [batch, inner, rows] when
    /// <paramref name="transposeA"/>; b is [batch, inner, columns], or [batch, columns, inner] when <paramref name="transposeB"/>.
    /// </summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void BatchMatMul(
        ReadOnlySpan<float> a,
        ReadOnlySpan<float> b,
        Span<float> y,
        int batch,
        int rows,
        int inner,
        int columns,
        bool transposeA = false,
        bool transposeB = false,
        bool accumulate = false)
    {
        RequireProduct(nameof(BatchMatMul), a, b, y, batch, rows, inner, columns);
        fixed (float* pa = a, pb = b, py = y)
        {
            new MatrixProduct
            {
                X = pa,
                XBatch = (nint)rows * inner,
                XRow = transposeA ? 1 : inner,
                XStep = transposeA ? rows : 1,
                W = pb,
                WBatch = (nint)inner * columns,
                WStep = transposeB ? 1 : columns,
                WColumn = transposeB ? inner : 1,
                Y = py,
                Batch = batch,
                Rows = rows,
                Inner = inner,
                Columns = columns,
                Accumulate = accumulate,
            }.Run();
        }
    }
}
