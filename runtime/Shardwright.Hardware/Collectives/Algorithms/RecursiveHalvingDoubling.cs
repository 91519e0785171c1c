namespace Shardwright.Hardware;

/// <summary>
/// Recursive doubling (all-gather) and halving (reduce-scatter): log₂ n · α + (n − 1)/n · S/B. The outer axes go first in an all-gather, when each rank still holds little. On a torus the partner at distance 2ʲ is 2ʲ links away,
/// and 2ʲ pairs share a link; the last step around a ring of d uses both ways, which halves it: d/4. A ring of four is a hypercube: no link is shared. Only for 2ᵖ ranks.
/// </summary>
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
        double below = inner, sent = 0;
        foreach (Axis axis in axes)
        {
            below *= axis.Count;
            double load = 0;
            for (int distance = 1; distance < axis.Count; distance *= 2)
            {
                load += distance / below * SharedBy(axis, distance);
                sent += distance / below * Links(axis, distance);
                latency += axis.Hop;
            }
            loads.Add(LinkLoad.Of(load, axis.Rate, axis));
        }
        return new CollectiveAlgorithm(Name, latency, sent, [.. loads], together: false);
    }

    private static int Links(Axis axis, int distance) => axis.IsSwitch || (axis.Wraps && axis.Count == 4) ? 1 : distance;

    private static double SharedBy(Axis axis, int distance) => axis.IsSwitch ? 1 : axis.Wraps ? Math.Min(distance, axis.Count / 4.0) : distance;
}
