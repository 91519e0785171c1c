namespace Shardwright;

/// <summary>The auxiliary losses of one group in one micro-batch, without their coefficients.</summary>
internal static class RouterLosses
{
    /// <summary>
    /// E · Σ_e f_e · P_e over the rows, or the mean of it over <paramref name="sequences"/> equal runs of rows: f_e = copies sent to e / (tokens · topK), P_e = mean
    /// over tokens of the scores divided by their sum.
    /// </summary>
    public static float Balance(ReadOnlySpan<float> logits, ReadOnlySpan<int> experts, int rows, RouterRule rule, int sequences = 1)
    {
        var balance = 0.0;
        int each = rows / sequences;
        for (var s = 0; s < sequences; s++)
        {
            var probability = new double[rule.Count];
            var copies = new double[rule.Count];
            for (var t = s * each; t < (s + 1) * each; t++)
            {
                var own = RouterScores.Probabilities(rule.Score, logits.Slice(t * rule.Count, rule.Count));
                for (var e = 0; e < rule.Count; e++)
                    probability[e] += own[e];
                foreach (var expert in experts.Slice(t * rule.TopK, rule.TopK))
                    copies[expert]++;
            }

            for (var e = 0; e < rule.Count; e++)
                balance += copies[e] / (each * rule.TopK) * (probability[e] / each);
        }

        return (float)(rule.Count * balance / sequences);
    }

    /// <summary>E · Σ_e f_e · P_e with f_e = load_e / Σ load, over more tokens than the rows, and P_e of the rows.</summary>
    public static float Balance(ReadOnlySpan<float> logits, ReadOnlySpan<int> load, RouterRule rule)
    {
        var (balance, all, rows) = (0.0, 0L, logits.Length / rule.Count);
        foreach (var copies in load)
            all += copies;
        for (var t = 0; t < rows; t++)
        {
            var own = RouterScores.Probabilities(rule.Score, logits.Slice(t * rule.Count, rule.Count));
            for (var e = 0; e < rule.Count; e++)
                balance += (double)load[e] / all * own[e] / rows;
        }

        return (float)(rule.Count * balance);
    }

    /// <summary>Mean over tokens of logsumexp(logits)².</summary>
    public static float RouterZ(ReadOnlySpan<float> logits, int rows, int count)
    {
        var squares = 0.0;
        for (var t = 0; t < rows; t++)
        {
            var logSumExp = Rows.LogSumExp(logits.Slice(t * count, count));
            squares += logSumExp * logSumExp;
        }

        return (float)(squares / rows);
    }
}
