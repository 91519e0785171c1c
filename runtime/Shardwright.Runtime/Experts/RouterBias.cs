namespace Shardwright;

/// <summary>The bias of balancing without a loss.</summary>
internal static class RouterBias
{
    /// <summary>bias_e += rate · sign(mean load − load_e) (Wang et al. 2024, arXiv:2408.15664, algorithm 1). In whole numbers, so that every rank and mesh finds the same sign.</summary>
    /// <param name="bias">[experts].</param>
    /// <param name="load">Copies an expert. Floats count exactly up to 2²⁴; beyond that a sign may be that of a nearly mean load.</param>
    /// <param name="rate">What a bias moves by.</param>
    public static void Update(Span<float> bias, ReadOnlySpan<float> load, float rate)
    {
        long sum = 0;
        foreach (float copies in load)
            sum += (long)copies;
        for (int e = 0; e < bias.Length; e++)
            bias[e] += rate * Math.Sign(sum - ((long)load[e] * bias.Length));
    }
}
