namespace Shardwright;

/// <summary>Reductions of one row, summed in double and rounded once: the reference that the kernels' single-precision sums are held to.</summary>
internal static class Rows
{
    /// <summary>y = exp(x − max) / Σ exp(x − max); x and y may be the same.</summary>
    public static void Softmax(ReadOnlySpan<float> x, Span<float> y)
    {
        var max = Max(x);
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
            sum += y[i] = MathF.Exp(x[i] - max);
        for (var i = 0; i < x.Length; i++)
            y[i] = (float)(y[i] / sum);
    }

    /// <summary>log Σ exp(x), taking the maximum out so that it cannot overflow.</summary>
    public static double LogSumExp(ReadOnlySpan<float> x)
    {
        double max = Max(x), sum = 0;
        foreach (var element in x)
            sum += Math.Exp(element - max);
        return max + Math.Log(sum);
    }

    /// <summary>Σ x.</summary>
    public static double Sum(ReadOnlySpan<float> x)
    {
        var sum = 0.0;
        foreach (var element in x)
            sum += element;
        return sum;
    }

    private static float Max(ReadOnlySpan<float> x)
    {
        var max = float.NegativeInfinity;
        foreach (var element in x)
            max = MathF.Max(max, element);
        return max;
    }
}
