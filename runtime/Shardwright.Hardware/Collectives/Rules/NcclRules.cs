namespace Shardwright.Hardware;

/// <summary>
/// NCCL as its own tuning model sees it: one flat ring, (n − 1) steps for all-gather and reduce-scatter and twice that for all-reduce, of which X − 1 (twice) cross between X nodes; for all-reduce the tree where it takes less time.
/// All-to-all is a send and a receive for each pair, inside the node and between nodes at once. Source: NCCL, src/graph/tuning.cc; the same constants in PyTorch, torch/_inductor/comm_analysis.py.
/// </summary>
internal static class NcclRules
{
    /// <summary>All but all-to-all: one algorithm for the whole group.</summary>
    public static AlgorithmChoice Choose(CollectiveKind kind, Axis[] axes) => kind switch
    {
        CollectiveKind.AllToAll => AlgorithmChoice.Only(DirectAllToAll.Exchange(axes)),
        CollectiveKind.AllReduce => AlgorithmChoice.Fastest(Rounds.Of(kind, Ring.Gather(axes, 1)), Tree.Reduce(axes)),
        _ => AlgorithmChoice.Only(Rounds.Of(kind, Ring.Gather(axes, 1))),
    };
}
