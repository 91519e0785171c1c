namespace Shardwright;

/// <summary>Where tokens go: for copy j of token t, at t·topK + j, the expert, the gate, and whether the expert computes it; copies in order of descending score.</summary>
internal sealed record Routes(int[] Experts, float[] Gates, bool[] Kept);

/// <summary>The router's arithmetic, in reference form.</summary>
internal static class Routing
{
    /// <summary>The experts and gates of every row of logits [rows, count], which fall into equal sequences. Of equal experts the lower comes first.</summary>
    /// <exception cref="NotFiniteNumberException">A logit is not a number.</exception>
    public static Routes Select(ReadOnlySpan<float> logits, int rows, RouterRule rule, int sequences = 1)
    {
        var (count, topK) = (rule.Count, rule.TopK);
        var experts = new int[rows * topK];
        var gates = new float[rows * topK];
        for (var t = 0; t < rows; t++)
            NotANumber.Require(logits.Slice(t * count, count), rule.Path, t);
        var each = rows / sequences;
        double[]? offsets = null;
        for (var t = 0; t < rows; t++)
        {
            if (rule.SinkhornIterations > 0 && t % each == 0)
                offsets = Sinkhorn.Offsets(logits.Slice(t * count, each * count), count, rule.SinkhornIterations);
            var row = logits.Slice(t * count, count);
            var chosen = experts.AsSpan(t * topK, topK);
            Choose(row, offsets, chosen, rule);
            Gates(row, chosen, gates.AsSpan(t * topK, topK), rule);
        }

        var kept = rule.CapacityFactor > 0 ? RouterCapacity.Kept(experts, gates, sequences, rule) : [.. Enumerable.Repeat(true, experts.Length)];
        return new Routes(experts, gates, kept);
    }

    private static void Choose(ReadOnlySpan<float> row, double[]? offsets, Span<int> chosen, RouterRule rule)
    {
        var keys = rule.Keys(row);
        for (var e = 0; e < keys.Length && offsets is not null; e++)
            keys[e] = (float)(keys[e] + offsets[e]);
        var isOpen = new bool[row.Length];
        if (rule.Groups > 1)
            RouterGroups.Open(row, rule, isOpen);
        else
            Array.Fill(isOpen, true);
        for (var j = 0; j < chosen.Length; j++)
        {
            chosen[j] = Largest(keys, isOpen);
            isOpen[chosen[j]] = false;
        }
    }

    private static void Gates(ReadOnlySpan<float> row, ReadOnlySpan<int> chosen, Span<float> gates, RouterRule rule)
    {
        if (rule is { Score: RouterScore.Softmax, Renormalize: true })
        {
            // The softmax over all, divided by its sum over the kept, is the softmax over the kept.
            for (var j = 0; j < chosen.Length; j++)
                gates[j] = row[chosen[j]];
            Rows.Softmax(gates, gates);
            for (var j = 0; j < chosen.Length && rule.GateScale != 1; j++)
                gates[j] *= rule.GateScale;
            return;
        }

        var scores = RouterScores.Of(rule.Score, row);
        var sum = 0.0;
        foreach (var expert in chosen)
            sum += scores[expert];
        for (var j = 0; j < chosen.Length; j++)
            gates[j] = (float)(rule.GateScale * scores[chosen[j]] / (rule.Renormalize ? sum + RouterScores.Smallest : 1));
    }

    /// <summary>The largest of the open ones; of equals the lower.</summary>
    public static int Largest(ReadOnlySpan<float> row, ReadOnlySpan<bool> isOpen)
    {
        var best = -1;
        for (var e = 0; e < row.Length; e++)
        {
            if (isOpen[e] && (best < 0 || row[e] > row[best]))
                best = e;
        }

        return best;
    }
}
