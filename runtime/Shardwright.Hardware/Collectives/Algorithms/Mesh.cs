namespace Shardwright.Hardware;

/// <summary>
/// Everybody sends to everybody in one step: α + (n − 1)/n · S/B on a switch; on a torus the messages of many pairs share a link (<see cref="DirectAllToAll"/>'s load). An all-reduce takes two steps, reduce-scatter and
/// all-gather. (The documented one-step variant sends (n − 1) · S and is faster only for messages of a few kilobytes; where it is used is not published.)
/// </summary>
internal static class Mesh
{
    public const string Name = "mesh";

    /// <summary>All-gather or reduce-scatter.</summary>
    public static CollectiveAlgorithm Gather(Axis[] axes, int inner) => new(
        Name, axes.Max(axis => axis.Hop), [new(PeerPattern.All, axes, axes.Sum(axis => axis.MeanHops) / inner)], [.. axes.Select(axis => LinkLoad.Of(axis.PairLoad / inner, axis.Rate, axis))], together: true);
}
