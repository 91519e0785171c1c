namespace Shardwright.Execution;

/// <summary>The auxiliary losses of one expert group, from router statistics that are already summed over all ranks. Layers add up; tokens average.</summary>
public static class AuxiliaryTerms
{
    /// <summary>coefficient · Σ_layers E · Σ_e f_e · P_e with f_e = copies of e ÷ (tokens · k) and P_e = mean probability of e (Switch Transformer, arXiv 2101.03961, equations 4–6).</summary>
    /// <param name="statistics">[layers, E + 1]: Σ over tokens of each expert's probability, then Σ log-sum-exp².</param>
    /// <param name="counts">[layers, ranks, E, sequences a rank]: copies sent to each expert.</param>
    /// <param name="layers">Layers of the group.</param>
    /// <param name="ranks">Ranks whose counts are there.</param>
    /// <param name="expertCount">Experts of a layer (E).</param>
    /// <param name="tokens">Tokens of the global micro-batch.</param>
    /// <param name="k">Experts a token.</param>
    /// <param name="coefficient">The loss's coefficient.</param>
    public static float Balance(ReadOnlySpan<float> statistics, ReadOnlySpan<int> counts, int layers, int ranks, int expertCount, int tokens, int k, float coefficient)
    {
        double sum = 0;
        int perLayer = counts.Length / layers, sequences = perLayer / (ranks * expertCount);
        for (int layer = 0; layer < layers && coefficient != 0; layer++)
        {
            var probability = statistics.Slice(layer * (expertCount + 1), expertCount);
            var sent = counts.Slice(layer * perLayer, perLayer);
            for (int expert = 0; expert < expertCount; expert++)
            {
                long copies = 0;
                for (int rank = 0; rank < ranks; rank++)
                    foreach (int count in sent.Slice((rank * expertCount + expert) * sequences, sequences))
                        copies += count;
                sum += copies * (double)probability[expert];
            }
        }
        return (float)(coefficient * expertCount * sum / ((double)tokens * tokens * k));
    }

    /// <summary>
    /// coefficient · Σ_layers mean over sequences of E · Σ_e f_e · P_e, both taken over one sequence (DeepSeek-V3, arXiv:2412.19437, equations 17 to 20).
    /// </summary>
    /// <param name="statistics">[layers, E + 1]: Σ over tokens of each expert's probability times its copies in the token's sequence, then Σ log-sum-exp².</param>
    /// <param name="layers">Layers of the group.</param>
    /// <param name="expertCount">Experts of a layer (E).</param>
    /// <param name="sequences">Sequences of the global micro-batch.</param>
    /// <param name="tokens">Tokens of the global micro-batch.</param>
    /// <param name="k">Experts a token.</param>
    /// <param name="coefficient">The loss's coefficient.</param>
    public static float SequenceBalance(ReadOnlySpan<float> statistics, int layers, int expertCount, int sequences, int tokens, int k, float coefficient)
    {
        double sum = 0;
        for (int layer = 0; layer < layers && coefficient != 0; layer++)
            foreach (float expert in statistics.Slice(layer * (expertCount + 1), expertCount))
                sum += expert;
        return (float)(coefficient * expertCount * sum * sequences / ((double)tokens * tokens * k));
    }

    /// <summary>coefficient · Σ_layers mean over tokens of log-sum-exp² (ST-MoE, arXiv 2202.08906, equation 5).</summary>
    public static float RouterZ(ReadOnlySpan<float> statistics, int layers, int expertCount, int tokens, float coefficient)
    {
        double sum = 0;
        for (int layer = 0; layer < layers; layer++)
            sum += statistics[layer * (expertCount + 1) + expertCount];
        return (float)(coefficient * sum / tokens);
    }
}
