namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Copy(ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(nameof(Copy), nameof(y), y.Length, x.Length);
        x.CopyTo(y);
    }

    /// <summary>y = +0.</summary>
    public static void Clear(Span<float> y) => y.Clear();
}
