namespace Shardwright.Hardware;

/// <summary>
/// Every pair exchanges its part directly. Switch: α + (n − 1)/n · S/B. Torus with dimension-ordered shortest paths: α · Σ dᵢ/2 + max dᵢ · S/(8 · Bᵢ), where dᵢ/8 stands for ⌊dᵢ²/4⌋/(2 · dᵢ), exact for odd sizes too; without wrap-around
/// the busiest link carries twice that. S is the send buffer of one rank, its own part included.
/// </summary>
internal static class DirectAllToAll
{
    public const string Name = "direct all-to-all";

    /// <summary>The exchange along these axes; further axes are exchanged in a phase of their own.</summary>
    public static CollectiveAlgorithm Exchange(Axis[] axes) => new(
        Name, axes.Sum(axis => axis.Reach * axis.Hop), [new(PeerPattern.All, axes, axes.Sum(axis => axis.MeanHops))], [.. axes.Select(Load)], together: true);

    /// <summary>The busiest link along an axis.</summary>
    public static LinkLoad Load(Axis axis) => LinkLoad.Of(axis.PairLoad, axis.Rate, axis);
}
