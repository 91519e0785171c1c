namespace Shardwright;

/// <summary>Even load by scaling rows and columns in turn (Sinkhorn and Knopp 1967), in double: the reference that the kernel's single precision is held to.</summary>
internal static class Sinkhorn
{
    /// <summary>
    /// What is added to each expert's logits of one sequence [tokens, experts] for the choice: log d¹ after so many rounds of d⁰_t = 1 ÷ Σ_e d¹_e · e^x_te, d¹_e = 1 ÷ Σ_t d⁰_t · e^x_te. In logarithms, so that no
    /// logit is too large, and without Megatron-LM's factors 1 ÷ T and 1 ÷ E, which move all experts alike, and its 10⁻⁸, which logarithms do not need. A token's own d⁰ does not change its order of experts.
    /// </summary>
    public static double[] Offsets(ReadOnlySpan<float> logits, int experts, int iterations)
    {
        var offsets = new double[experts];
        var tokens = logits.Length / experts;
        var rows = new double[tokens];
        var column = new double[tokens];
        var row = new double[experts];
        for (var i = 0; i < iterations; i++)
        {
            for (var t = 0; t < tokens; t++)
            {
                for (var e = 0; e < experts; e++)
                    row[e] = logits[(t * experts) + e] + offsets[e];
                rows[t] = -LogSumExp(row);
            }

            for (var e = 0; e < experts; e++)
            {
                for (var t = 0; t < tokens; t++)
                    column[t] = logits[(t * experts) + e] + rows[t];
                offsets[e] = -LogSumExp(column);
            }
        }

        return offsets;
    }

    private static double LogSumExp(double[] values)
    {
        var max = values.Max();
        return max + Math.Log(values.Sum(v => Math.Exp(v - max)));
    }
}
