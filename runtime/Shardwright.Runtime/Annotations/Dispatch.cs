namespace Shardwright;

/// <summary>How the copies of tokens reach the ranks of their experts. All give the same bits; they differ in bytes moved and in memory.</summary>
public enum Dispatch
{
    /// <summary>All-to-all with a count for each pair of ranks: moves only what is routed.</summary>
    Variable,

    /// <summary>All-to-all with equal blocks, padded to the largest: for targets without per-pair counts.</summary>
    Padded,

    /// <summary>All-gather, then each rank selects; reduce-scatter back: for targets without all-to-all.</summary>
    Gathered,

    /// <summary>The first of the three that the target allows between the ranks of the expert group.</summary>
    Auto,
}
