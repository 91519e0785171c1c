namespace Shardwright.Hardware;

/// <summary>What takes device memory.</summary>
public enum MemoryClass
{
    /// <summary>Parameters.</summary>
    Weights,

    /// <summary>Gradients of parameters.</summary>
    Gradients,

    /// <summary>Optimizer state.</summary>
    Optimizer,

    /// <summary>What the forward pass makes and the backward pass reads.</summary>
    SavedActivations,

    /// <summary>What lives inside one pass: activations and their gradients.</summary>
    Activations,

    /// <summary>What a collective sends or receives, and nothing keeps.</summary>
    Communication,

    /// <summary>Rows at their experts.</summary>
    RoutedRows,

    /// <summary>Weights and gradients of replicas in a rank's slots.</summary>
    ReplicaSlots,

    /// <summary>Reserved by the layout and empty: gaps, alignment, and what another program needs.</summary>
    Unused,
}

/// <summary>A part of a rank's device memory, and how long it holds something.</summary>
/// <param name="Name">In the user's names.</param>
/// <param name="Class">What it is.</param>
/// <param name="Bytes">Bytes, of all layers that it has at once; 0 for rows at their experts.</param>
/// <param name="BytesPerRow">Bytes of a row and layer, for rows at their experts.</param>
/// <param name="First">First statement in which it holds something.</param>
/// <param name="Last">Last statement in which it holds something.</param>
public sealed record PlanBuffer(string Name, MemoryClass Class, long Bytes, int BytesPerRow, int First, int Last)
{
    /// <summary>Expert group of its rows; −1 without.</summary>
    public int Site { get; init; } = -1;

    /// <summary>The statement that makes it, or the declaration of a parameter; null where there is none.</summary>
    public PlanSource? Source { get; init; }
}

/// <summary>The rows of an expert group on the stack that layers push them on. Statements by index, −1 without; bytes are those of a row in one layer, all buffers of the layer together.</summary>
/// <param name="Begin">The statement with which rows arrive, forward.</param>
/// <param name="End">The statement with which they leave.</param>
/// <param name="BackwardBegin">The statement with which gradients arrive.</param>
/// <param name="BackwardEnd">The statement with which they leave.</param>
/// <param name="Saved">Kept from forward to backward.</param>
/// <param name="Forward">While the experts run forward.</param>
/// <param name="Arriving">While gradients arrive.</param>
/// <param name="Backward">While the experts run backward.</param>
/// <param name="Leaving">While gradients leave.</param>
/// <param name="Temporaries">Bytes at the far end of memory that are in use in the same phases: forward, once kept, arriving, backward, leaving, and once closed.</param>
public sealed record PlanFrame(int Begin, int End, int BackwardBegin, int BackwardEnd, int Saved, int Forward, int Arriving, int Backward, int Leaving, IReadOnlyList<long> Temporaries)
{
    /// <summary>Numbers of <see cref="Temporaries"/>.</summary>
    public const int Phases = 6;

    /// <summary>Rows are allotted in blocks of this many.</summary>
    public const int RowBlock = 16;

    /// <summary>Rows that are allotted for <paramref name="rows"/>.</summary>
    public static long Allotted(long rows) => checked((rows + RowBlock - 1) / RowBlock * RowBlock);
}
