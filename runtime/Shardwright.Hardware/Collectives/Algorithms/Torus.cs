namespace Shardwright.Hardware;

/// <summary>
/// The bucket algorithm on all dimensions of a torus at once: α · Σ dᵢ/2 + (N − 1)/N · S/(Σ 2Bᵢ). A dimension without wrap-around takes dᵢ − 1 steps and counts once. Levels take turns, the outer one first in an all-gather,
/// when each rank still holds little: level ℓ moves S · (n − 1)/n of what is gathered inside it.
/// </summary>
internal static class Torus
{
    public const string Name = "torus";

    /// <summary>All-gather or reduce-scatter.</summary>
    public static CollectiveAlgorithm Gather(Axis[] axes, int inner)
    {
        var loads = new List<LinkLoad>();
        long latency = 0;
        var flows = new List<CollectiveFlow>();
        double below = inner;
        foreach (var level in axes.GroupBy(axis => axis.Level))
        {
            int units = level.Aggregate(1, (product, axis) => product * axis.Count);
            double share = (units - 1.0) / units / below;
            latency += level.Sum(axis => axis.Reach * axis.Hop);
            loads.Add(LinkLoad.Of(share, level.Sum(axis => axis.RingRate), level.First()));
            flows.Add(new(PeerPattern.Neighbours, [.. level], share));
            below *= units;
        }
        return new CollectiveAlgorithm(Name, latency, [.. flows], [.. loads], together: false);
    }
}
