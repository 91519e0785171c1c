namespace Shardwright.Hardware;

/// <summary>
/// What the Neuron runtime documents. Inside an instance (or UltraServer): mesh below 1 MB, recursive halving/doubling from 1 to 56 MB for 2ᵖ ranks, above that KangaRing when all ranks of every chip are in the group, else ring.
/// Between instances: mesh, recursive halving/doubling and ring by the bytes of that phase. Across instances a collective is hierarchical: all-gather goes between instances first, reduce-scatter inside first, all-reduce is
/// reduce-scatter inside, all-reduce between, all-gather inside. MB is read as MiB. Source: AWS Neuron SDK, "Intra-node collective communication" and "Inter-node collective communication".
/// </summary>
internal static class NeuronRules
{
    private const double MeshBelow = 1 << 20;
    private const double RecursiveBelow = 56 * (1 << 20) + 1;

    /// <summary>The choice inside, between, or for the whole of a group.</summary>
    /// <param name="kind">The collective.</param>
    /// <param name="axes">The part's axes.</param>
    /// <param name="inner">Ranks of the group below the part.</param>
    /// <param name="wholeChips">Whether all ranks of every chip are in the group; false between instances.</param>
    public static AlgorithmChoice Choose(CollectiveKind kind, Axis[] axes, int inner, bool wholeChips)
    {
        if (kind == CollectiveKind.AllToAll)
            return AlgorithmChoice.Only(DirectAllToAll.Exchange(axes));
        var large = wholeChips ? KangaRing.Gather(axes, inner) : Ring.Gather(axes, inner);
        var middle = RecursiveHalvingDoubling.Applies(axes) ? RecursiveHalvingDoubling.Gather(axes, inner) : Ring.Gather(axes, inner);
        CollectiveAlgorithm[] algorithms = [Mesh.Gather(axes, inner), middle, large];
        return AlgorithmChoice.ByBytes([.. algorithms.Select(a => Rounds.Of(kind, a))], [MeshBelow * inner, RecursiveBelow * inner]);
    }
}
