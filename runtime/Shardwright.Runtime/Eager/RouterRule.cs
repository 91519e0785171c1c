namespace Shardwright;

/// <summary>How a group's router turns logits into experts and gates: the group's settings, for the reference arithmetic.</summary>
internal readonly record struct RouterRule(int Count, int TopK)
{
    public RouterScore Score { get; init; }

    public bool Renormalize { get; init; } = true;

    public float GateScale { get; init; } = 1;

    public int Groups { get; init; } = 1;

    public int KeptGroups { get; init; } = 1;

    /// <summary>Added to the scores for the choice alone; null where none is.</summary>
    public float[]? Bias { get; init; }

    /// <summary>Iterations that even out the logits of a sequence before the choice; 0 = none.</summary>
    public int SinkhornIterations { get; init; }

    /// <summary>0 = every copy is computed.</summary>
    public float CapacityFactor { get; init; }

    public DropOrder DropOrder { get; init; }

    /// <summary>The group's path, for messages.</summary>
    public string? Path { get; init; }

    /// <summary>What experts are chosen by: the logits, in whose order the scores are, also where a score saturates; with a bias the scores + bias.</summary>
    public float[] Keys(ReadOnlySpan<float> logits)
    {
        if (Bias is not { } bias)
            return logits.ToArray();
        var keys = RouterScores.Of(Score, logits);
        return [.. keys.Select((s, e) => (float)s + bias[e])];
    }

    /// <summary>What groups are ranked by: scores, with the bias where there is one. The softmax's largest score is that of the largest logit.</summary>
    public float[] GroupKeys(ReadOnlySpan<float> logits)
        => Bias is not null || Score == RouterScore.Softmax ? Keys(logits) : Array.ConvertAll(RouterScores.Of(Score, logits), s => (float)s);
}
