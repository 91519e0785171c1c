namespace Shardwright.Hardware;

/// <summary>
/// A flat ring through all ranks, split over as many rings as the links have directions (one on a switch, two on a ring of links, four on a 2-D torus: the 4 × 4 torus of Trainium has two Hamiltonian cycles without a
/// common link). All-gather or reduce-scatter: (n − 1) · α + (n − 1)/n · S/B, where B is the sum over directions; each unit of a level is entered once, so its links carry the whole tensor once, whatever the number of ranks below.
/// </summary>
internal static class Ring
{
    public const string Name = "ring";

    /// <summary>All-gather or reduce-scatter along axes.</summary>
    /// <param name="axes">Innermost first.</param>
    /// <param name="inner">Ranks of the group below the axes, which hold disjoint parts: each part is 1/inner of the tensor.</param>
    public static CollectiveAlgorithm Gather(Axis[] axes, int inner) => Gather(axes, inner, Name, 1);

    /// <summary>With the number of steps divided by <paramref name="stepsAtOnce"/>, rounded up.</summary>
    public static CollectiveAlgorithm Gather(Axis[] axes, int inner, string name, int stepsAtOnce)
    {
        int ranks = axes.Aggregate(1, (product, axis) => product * axis.Count);
        double share = (ranks - 1.0) / ranks;
        var loads = new List<LinkLoad>();
        long latency = 0;
        int below = 1, above = ranks;
        foreach (var level in axes.GroupBy(axis => axis.Level))
        {
            int units = level.Aggregate(1, (product, axis) => product * axis.Count);
            // Of the ring's steps, as many cross this level as it has units, less those that cross the level above.
            int steps = above - above / units;
            latency += (steps + stepsAtOnce - 1) / stepsAtOnce * level.Max(axis => axis.Hop);
            loads.Add(LinkLoad.Of(share / inner / below, level.Sum(axis => axis.RingRate), level.First()));
            below *= units;
            above /= units;
        }
        return new CollectiveAlgorithm(name, latency, [new(PeerPattern.Next, axes, share / inner)], [.. loads], together: true);
    }
}
