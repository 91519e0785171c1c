namespace Shardwright.Execution;

/// <summary>Copies of one head as right operands of the tiles, padded to whole panels.</summary>
internal static unsafe class AttentionPanels
{
    /// <summary>[length, head size] to [head panels, length, 64].</summary>
    public static void Rows(in AttentionShape shape, float* head, nint row, float* panels)
    {
        for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
        {
            Panel.Copy(head + column, row, shape.Length, Math.Min(Tile.Width, shape.HeadSize - column), panels);
            panels += shape.Length * Tile.Width;
        }
    }

    /// <summary>[length, head size] to [key panels, head size, 64].</summary>
    public static void Columns(in AttentionShape shape, float* head, nint row, float* panels)
    {
        for (nint key = 0; key < shape.Length; key += Tile.Width)
        {
            Panel.CopyTransposed(head + (key * row), row, shape.HeadSize, Math.Min(Tile.Width, shape.Length - key), panels);
            panels += shape.HeadSize * Tile.Width;
        }
    }

    /// <summary>
    /// scores[i, j] = left[i, ·] · key j for the rows [0, rows) of a tile and every panel with a key up to <paramref name="lastKey"/>: panels
    /// that are masked as a whole are never computed.
    /// </summary>
    public static void Scores(in AttentionShape shape, float* left, float* keyColumns, nint rows, nint lastKey, float* scores)
    {
        for (nint key = 0; key <= lastKey; key += Tile.Width)
        {
            Tile.Rows(left, shape.QueryRow, 1, keyColumns, Tile.Width, rows, shape.HeadSize, scores + key, shape.ScoreRow, TileMode.Overwrite);
            keyColumns += shape.HeadSize * Tile.Width;
        }
    }

    /// <summary>target[i, ·] = Σ_j weights[i, j] · right[j, ·] over the first <paramref name="keys"/> keys.</summary>
    public static void WeightedRows(in AttentionShape shape, float* weights, float* rightPanels, nint rows, nint keys, float* tile, float* target)
    {
        for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
        {
            Tile.Rows(weights, shape.ScoreRow, 1, rightPanels, Tile.Width, rows, keys, tile, Tile.Width, TileMode.Overwrite);
            Panel.Store(tile, rows, Math.Min(Tile.Width, shape.HeadSize - column), target + column, shape.QueryRow, accumulate: false);
            rightPanels += shape.Length * Tile.Width;
        }
    }
}
