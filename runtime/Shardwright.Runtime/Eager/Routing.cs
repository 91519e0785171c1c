namespace Shardwright;

/// <summary>Where tokens go: for copy j of token t, at t·topK + j, the expert and the gate; copies in order of descending logit.</summary>
internal sealed record Routes(int[] Experts, float[] Gates);

/// <summary>The router's arithmetic, in reference form.</summary>
internal static class Routing
{
    /// <summary>The topK largest logits of every row of [rows, count] (equal ones: the lower expert first; not-a-number last) and the softmax over them.</summary>
    public static Routes Select(ReadOnlySpan<float> logits, int rows, int count, int topK)
    {
        var experts = new int[rows * topK];
        var gates = new float[rows * topK];
        for (var t = 0; t < rows; t++)
        {
            var row = logits.Slice(t * count, count);
            var chosen = experts.AsSpan(t * topK, topK);
            for (var j = 0; j < topK; j++)
                chosen[j] = Largest(row, chosen[..j]);

            var kept = gates.AsSpan(t * topK, topK);
            for (var j = 0; j < topK; j++)
                kept[j] = row[chosen[j]];
            Rows.Softmax(kept, kept);
        }

        return new Routes(experts, gates);
    }

    /// <summary>
    /// Balance: E · Σ_e f_e · P_e, f_e = copies sent to e / (tokens · topK), P_e = mean over tokens of softmax(logits)_e.
    /// RouterZ: mean over tokens of logsumexp(logits)².
    /// </summary>
    public static (float Balance, float RouterZ) AuxiliaryTerms(ReadOnlySpan<float> logits, int[] experts, int rows, int count, int topK)
    {
        var probability = new double[count];
        var squares = 0.0;
        var softmax = new float[count];
        for (var t = 0; t < rows; t++)
        {
            var row = logits.Slice(t * count, count);
            Rows.Softmax(row, softmax);
            for (var e = 0; e < count; e++)
                probability[e] += softmax[e];
            var logSumExp = Rows.LogSumExp(row);
            squares += logSumExp * logSumExp;
        }

        var balance = 0.0;
        for (var e = 0; e < count; e++)
        {
            var fraction = experts.Count(chosen => chosen == e) / (double)(rows * topK);
            balance += fraction * (probability[e] / rows);
        }

        return ((float)(count * balance), (float)(squares / rows));
    }

    private static int Largest(ReadOnlySpan<float> row, ReadOnlySpan<int> taken)
    {
        var best = -1;
        for (var e = 0; e < row.Length; e++)
        {
            if (!taken.Contains(e) && (best < 0 || row[e] > row[best] || (float.IsNaN(row[best]) && !float.IsNaN(row[e]))))
                best = e;
        }

        return best;
    }
}
