namespace Shardwright.Hardware;

/// <summary>
/// Recursive doubling (all-gather) and halving (reduce-scatter): log₂ n · α + (n − 1)/n · S/B. The outer level goes first in an all-gather, when each rank still holds little. On a torus, a ring of 2ᵖ is p dimensions of a hypercube;
/// the data are split over all D dimensions of the level, each part starting with another, so that all links work (4 × 4 is the 4-D hypercube of Neuron's documentation). A partner at distance h is h links away, which loads the
/// ring's links with h/2 each (of a ring of four, every partner is a neighbour), a line's middle with h. Only for 2ᵖ ranks.
/// </summary>
/// <remarks>
/// The splitting is derived, not documented: with one link a chip at a time, an all-reduce of an instance at the published limit of 56 MB would take three times as long as the ring that follows; with it, the two are alike there.
/// </remarks>
internal static class RecursiveHalvingDoubling
{
    public const string Name = "recursive halving/doubling";

    /// <summary>Whether the group has 2ᵖ ranks along every axis.</summary>
    public static bool Applies(Axis[] axes) => axes.All(axis => (axis.Count & (axis.Count - 1)) == 0);

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
            double dimensions = level.Sum(axis => Distances(axis).Count());
            // The slowest axis decides; each takes the part of the data that its dimensions carry.
            loads.Add(level.Select(axis => LinkLoad.Of(share * Distances(axis).Sum(h => Load(axis, h)) / dimensions, axis.Rate, axis)).OrderByDescending(load => load.PicosecondsPerByte).First());
            latency += level.Sum(axis => Distances(axis).Count() * axis.Hop);
            flows.Add(new(PeerPattern.Partners, [.. level], share * level.Sum(axis => Distances(axis).Sum(h => axis.IsSwitch ? 1.0 : h)) / dimensions));
            below *= units;
        }
        return new CollectiveAlgorithm(Name, latency, [.. flows], [.. loads], together: false);
    }

    /// <summary>Links to the partner whose number differs by <paramref name="distance"/>; a ring of four is a hypercube.</summary>
    public static double Hops(Axis axis, int distance) => axis.IsSwitch || (axis.Wraps && axis.Count == 4) ? 1 : distance;

    /// <summary>Links to the partner in each step along an axis.</summary>
    private static IEnumerable<int> Distances(Axis axis)
    {
        for (int distance = 1; distance < axis.Count; distance *= 2)
            yield return axis.Wraps && axis.Count == 4 ? 1 : distance;
    }

    private static double Load(Axis axis, int distance) => axis.IsSwitch ? 1 : axis.Wraps ? distance / 2.0 : distance;
}
