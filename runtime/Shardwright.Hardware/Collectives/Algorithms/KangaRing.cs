namespace Shardwright.Hardware;

/// <summary>
/// Neuron's ring of pairs: two ranks form one station, so a ring of n ranks has n/2 steps at the ring's bandwidth. It needs all ranks of a chip in the group. (It also touches HBM less, by 25 % in an all-gather and
/// 33 % in a reduce-scatter; here links, not HBM, decide.) Source: AWS Neuron SDK, "Intra-node collective communication".
/// </summary>
internal static class KangaRing
{
    public const string Name = "KangaRing";

    /// <summary>All-gather or reduce-scatter.</summary>
    public static CollectiveAlgorithm Gather(Axis[] axes, int inner) => Ring.Gather(axes, inner, Name, 2);
}
