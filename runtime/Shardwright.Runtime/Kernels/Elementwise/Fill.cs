namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>Sets every element of <paramref name="y"/> to <paramref name="value"/>: the gradient of a sum.</summary>
    public static void Fill(Span<float> y, float value) => y.Fill(value);
}
