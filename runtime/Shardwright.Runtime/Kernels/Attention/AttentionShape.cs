namespace Shardwright.Execution;

/// <summary>
/// Sizes of an attention call and of the blocks it works in. Keys are taken in blocks at fixed positions and queries a few at a time, so that what is
/// in use stays in the L2 cache at any length: at head size 64 some 150 KiB forward, 400 KiB backward.
/// </summary>
internal readonly struct AttentionShape(nint batch, nint length, nint heads, nint keyValueHeads, nint headSize)
{
    /// <summary>Keys of a block, and queries of a work item: whole panels, whole steps.</summary>
    public const int Block = 3 * Tile.Width;

    /// <summary>Queries whose scores against one block of keys are alive at a time.</summary>
    public const int Step = 48;

    /// <summary>Queries of a tile.</summary>
    public const int TileRows = 6;

    /// <summary>
    /// Floats from one row of scores to the next: a block of keys, and zeros beyond the diagonal for tiles that reach over it. Not a power of two, so
    /// that a column of scores does not fall into few cache sets.
    /// </summary>
    public const int ScoreRow = Block + 32;

    public nint Batch => batch;

    public nint Length => length;

    public nint Heads => heads;

    public nint KeyValueHeads => keyValueHeads;

    public nint HeadSize => headSize;

    /// <summary>Query heads that share one key-value head.</summary>
    public nint Group => heads / keyValueHeads;

    /// <summary>Floats from one position to the next in q, y and their gradients.</summary>
    public nint QueryRow => heads * headSize;

    /// <summary>Floats from one position to the next in k, v and their gradients.</summary>
    public nint KeyRow => keyValueHeads * headSize;

    public long Queries => (long)batch * length * QueryRow;

    public long Keys => (long)batch * length * KeyRow;

    public long Statistics => (long)batch * heads * length;

    public float Scale => 1 / MathF.Sqrt(headSize);

    /// <summary>Blocks of a sequence.</summary>
    public nint Blocks => (length + Block - 1) / Block;

    /// <summary>Panels of 64 columns of a head.</summary>
    public nint HeadPanels => (headSize + Tile.Width - 1) / Tile.Width;

    /// <summary>Floats of a block as [head panels, block, 64].</summary>
    public nint RowPanels => HeadPanels * Block * Tile.Width;

    /// <summary>Floats of a step as [head panels, step, 64].</summary>
    public nint StepPanels => HeadPanels * Step * Tile.Width;

    /// <summary>Floats of a block as [key panels, head size, 64].</summary>
    public nint ColumnPanels => Block * headSize;

    /// <summary>Rows of a block.</summary>
    public nint Rows(nint block) => Math.Min(Block, length - (block * Block));

    /// <summary>Offset of a head of q and y, at the sequence's first position.</summary>
    public nint QueryHead(nint sequence, nint head) => (sequence * length * QueryRow) + (head * headSize);

    /// <summary>Offset of a head of k and v, at the sequence's first position.</summary>
    public nint KeyHead(nint sequence, nint keyValueHead) => (sequence * length * KeyRow) + (keyValueHead * headSize);
}
