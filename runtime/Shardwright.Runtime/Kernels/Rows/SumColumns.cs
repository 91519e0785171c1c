namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y[r] = (or +=) Σ_c x[r, c].</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void SumColumns(ReadOnlySpan<float> x, Span<float> y, int rows, int columns, bool accumulate = false)
    {
        RequireRows(nameof(SumColumns), rows, columns);
        Require.Length(nameof(SumColumns), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(SumColumns), nameof(y), y.Length, rows);
        fixed (float* px = x, py = y)
            Ranges.For(new SumColumnsRows(px, py, columns, accumulate), rows, columns);
    }

    private readonly struct SumColumnsRows(float* x, float* y, nint columns, bool accumulate) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var sum = Row.Sum(x + (row * columns), columns);
                y[row] = accumulate ? y[row] + sum : sum;
            }
        }
    }
}
