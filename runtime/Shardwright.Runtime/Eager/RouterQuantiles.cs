namespace Shardwright;

/// <summary>The bias that evens out the load of one sequence, in double: the reference that the kernel's single precision is held to.</summary>
internal static class RouterQuantiles
{
    /// <summary>
    /// sums_e −= the (⌊T · topK ÷ E⌋ + 1)-th largest of score − α over the tokens of a sequence, α being a token's (topK + 1)-th largest score + bias (Megatron-LM's <c>qb_dual_update</c>, whose β is −bias).
    /// </summary>
    public static void Add(ReadOnlySpan<float> logits, RouterScore score, int topK, ReadOnlySpan<float> bias, Span<double> sums)
    {
        int count = bias.Length, tokens = logits.Length / count, rank = (int)((long)tokens * topK / count);
        var margins = new double[count][];
        for (var e = 0; e < count; e++)
            margins[e] = new double[tokens];
        for (var t = 0; t < tokens; t++)
        {
            var scores = RouterScores.Of(score, logits.Slice(t * count, count));
            var keys = new double[count];
            for (var e = 0; e < count; e++)
                keys[e] = scores[e] + bias[e];
            Array.Sort(keys);
            for (var e = 0; e < count; e++)
                margins[e][t] = scores[e] - keys[^(topK + 1)];
        }

        for (var e = 0; e < count; e++)
        {
            Array.Sort(margins[e]);
            sums[e] -= margins[e][^(rank + 1)];
        }
    }
}
