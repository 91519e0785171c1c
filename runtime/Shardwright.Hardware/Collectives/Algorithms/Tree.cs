namespace Shardwright.Hardware;

/// <summary>
/// NCCL's double binary tree for all-reduce: 2 · ((Y − 1) · α_in + ⌈log₂ X⌉ · α_out) + 2 · S/(0.92 · B) with X nodes of Y ranks, pipelined; 0.92 is NCCL's own bandwidth factor of trees. Source: NCCL, src/graph/tuning.cc.
/// </summary>
internal static class Tree
{
    public const string Name = "tree";
    private const double BandwidthFactor = 0.92;

    /// <summary>All-reduce.</summary>
    public static CollectiveAlgorithm Reduce(Axis[] axes)
    {
        var loads = new List<LinkLoad>();
        long latency = 0;
        double below = 1;
        foreach (Axis axis in axes)
        {
            int steps = axis.IsOuter ? Logarithm(axis.Count) : axis.Count - 1;
            latency += 2 * steps * axis.Hop;
            loads.Add(LinkLoad.Of(2 / BandwidthFactor / below, axis.RingRate, axis));
            below *= axis.Count;
        }
        return new CollectiveAlgorithm(Name, latency, [new(PeerPattern.Chain, axes, 2)], [.. loads], together: true);
    }

    private static int Logarithm(int count)
    {
        int steps = 0;
        while (1 << steps < count)
            steps++;
        return steps;
    }
}
