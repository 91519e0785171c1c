namespace Shardwright.Tests.Kernels;

/// <summary>Inputs, the halving tree, and comparisons shared by the kernel tests.</summary>
internal static class Numbers
{
    public static float[] Random(int count, int seed, float low = -1, float high = 1)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = low + ((high - low) * random.NextSingle());
        return values;
    }

    public static double[] Wide(float[] values) => Array.ConvertAll(values, value => (double)value);

    /// <summary>The rule as DESIGN.md states it, by recursion: halves while even, else a left fold.</summary>
    public static float[] Tree(IReadOnlyList<float[]> leaves)
    {
        if (leaves.Count % 2 == 0 && leaves.Count > 0)
            return Sum(Tree([.. leaves.Take(leaves.Count / 2)]), Tree([.. leaves.Skip(leaves.Count / 2)]));
        var sum = leaves[0];
        for (var i = 1; i < leaves.Count; i++)
            sum = Sum(sum, leaves[i]);
        return sum;
    }

    public static float[] Sum(float[] a, float[] b) => [.. a.Zip(b, (x, y) => x + y)];

    public static void Near(double[] expected, ReadOnlySpan<float> actual, double tolerance = 2e-6)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = expected.Length == 0 ? 1 : Math.Max(1e-3, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * scale, $"element {i}: expected {expected[i]}, got {actual[i]}");
    }

    public static void SameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                Assert.Fail($"element {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    /// <summary>Central differences of a scalar function of one double array.</summary>
    public static double[] Differences(Func<double[], double> function, double[] at, double step = 1e-5)
    {
        var gradient = new double[at.Length];
        for (var i = 0; i < at.Length; i++)
        {
            var saved = at[i];
            at[i] = saved + step;
            var above = function(at);
            at[i] = saved - step;
            var below = function(at);
            at[i] = saved;
            gradient[i] = (above - below) / (2 * step);
        }

        return gradient;
    }

    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    public static double[] Map(double[] x, Func<double, double> function) => [.. x.Select(function)];
}
