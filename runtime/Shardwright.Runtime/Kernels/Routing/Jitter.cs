namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[t, e] = x[t, e] · (1 + epsilon · (2u − 1)), u uniform of [0, 1) from the counter (firstToken + t) · columns + e of the key's stream. The logits' gradient passes through the same factors.
    /// x and y may be the same.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes.</exception>
    public static void Jitter(ReadOnlySpan<float> x, Span<float> y, int rows, int columns, float epsilon, ulong key, int firstToken)
    {
        Require.NotNegative(nameof(Jitter), nameof(rows), rows);
        Require.Positive(nameof(Jitter), nameof(columns), columns);
        Require.Length(nameof(Jitter), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(Jitter), nameof(y), y.Length, (long)rows * columns);
        fixed (float* px = x, py = y)
            Ranges.For(new JitterRows(px, py, columns, epsilon, key, firstToken), rows, 8 * (nint)columns);
    }

    private readonly struct JitterRows(float* x, float* y, int columns, float epsilon, ulong key, int firstToken) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            var length = (int)(end - begin) * columns;
            RouterJitter.Apply(new(x + (begin * columns), length), new(y + (begin * columns), length), epsilon, key, (firstToken + (long)begin) * columns);
        }
    }
}
