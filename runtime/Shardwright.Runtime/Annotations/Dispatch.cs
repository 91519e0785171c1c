namespace Shardwright;

/// <summary>How the copies of tokens reach the ranks of their experts. All give the same bits; they differ in bytes moved and in memory.</summary>
public enum Dispatch
{
    /// <summary>All-to-all with a count for each pair of ranks: moves only what is routed.</summary>
    Variable,

    /// <summary>
    /// All-to-all with a count for each pair of ranks in which a token travels once to each rank, however many of its experts are there; that rank makes the copies. What experts return travels copy by copy, since the sum over a token's experts has one
    /// order on all meshes; so do gradients that are stored in float32 where rows are in bfloat16. Pays where few ranks hold the experts or a token's experts come from few groups; costs an exchange of row numbers, a pass over the rows that arrive, and their memory while they are copied.
    /// </summary>
    Once,

    /// <summary>All-to-all with equal blocks, padded to the largest: for targets without per-pair counts.</summary>
    Padded,

    /// <summary>All-gather, then each rank selects; reduce-scatter back: for targets without all-to-all.</summary>
    Gathered,

    /// <summary>The first of Variable, Padded and Gathered that the target allows between the ranks of the expert group.</summary>
    Auto,
}
