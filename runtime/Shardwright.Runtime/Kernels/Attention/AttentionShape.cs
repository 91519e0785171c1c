namespace Shardwright.Execution;

/// <summary>Sizes of an attention call and of the blocks it works in.</summary>
internal readonly struct AttentionShape(nint batch, nint length, nint heads, nint keyValueHeads, nint headSize)
{
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

    /// <summary>Panels of 64 keys.</summary>
    public nint KeyPanels => (length + Tile.Width - 1) / Tile.Width;

    /// <summary>Panels of 64 columns of a head.</summary>
    public nint HeadPanels => (headSize + Tile.Width - 1) / Tile.Width;

    /// <summary>
    /// Floats of one row of scores: all keys, and zeros beyond the last one for tiles that reach over the diagonal. Not a power of two, so that
    /// a column of scores does not fall into few cache sets.
    /// </summary>
    public nint ScoreRow => (KeyPanels * Tile.Width) + 32;

    /// <summary>Floats of [head panels, length, 64].</summary>
    public nint RowPanels => HeadPanels * length * Tile.Width;

    /// <summary>Floats of [key panels, head size, 64].</summary>
    public nint ColumnPanels => KeyPanels * headSize * Tile.Width;
}
