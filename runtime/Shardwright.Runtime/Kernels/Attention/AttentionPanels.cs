using System.Runtime.CompilerServices;

namespace Shardwright.Execution;

/// <summary>Blocks of one head as right operands of the tiles, padded to whole panels, and the products with them.</summary>
internal static unsafe class AttentionPanels
{
    /// <summary>[rows, head size] to [head panels, room, 64].</summary>
    public static void Rows(in AttentionShape shape, float* head, nint row, nint rows, float* panels, nint room)
    {
        for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
        {
            Panel.Copy(head + column, row, rows, Math.Min(Tile.Width, shape.HeadSize - column), panels);
            panels += room * Tile.Width;
        }
    }

    /// <summary>[rows, head size] to [key panels, head size, 64].</summary>
    public static void Columns(in AttentionShape shape, float* head, nint row, nint rows, float* panels)
    {
        for (nint key = 0; key < rows; key += Tile.Width)
        {
            Panel.CopyTransposed(head + (key * row), row, shape.HeadSize, Math.Min(Tile.Width, rows - key), panels);
            panels += shape.HeadSize * Tile.Width;
        }
    }

    /// <summary>
    /// scores[i, j] = left[i, ·] · key j for the keys of a block, where row i sees the keys up to <paramref name="diagonal"/> + i; left is
    /// [head panels, step, 64]. Panels of keys that are masked as a whole are never computed. A panel stays in the L1 cache while all rows pass.
    /// </summary>
    public static void Scores(in AttentionShape shape, float* left, float* keyColumns, nint rows, nint keys, nint diagonal, float* scores)
    {
        for (nint key = 0; key < keys && key < diagonal + rows; key += Tile.Width)
        {
            var from = left;
            for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
            {
                var inner = Math.Min(Tile.Width, shape.HeadSize - column);
                var mode = column == 0 ? TileMode.Overwrite : TileMode.Continue;

                // The first row to see this panel sees one key of it. On the diagonal tiles are as wide as their last row sees, in whole vectors.
                var row = Math.Max(0, key - diagonal);
                while (row < rows)
                {
                    var width = Math.Min(Tile.Width, Panel.Columns(diagonal + row + 1 - key));
                    var high = width == Tile.Width ? rows - row : Math.Min(rows, key + width - diagonal) - row;
                    Tile.Rows(from + (row * Tile.Width), Tile.Width, 1, keyColumns, Tile.Width, width, high, inner, scores + (row * AttentionShape.ScoreRow) + key, AttentionShape.ScoreRow, mode);
                    row += high;
                }

                from += AttentionShape.Step * Tile.Width;
                keyColumns += inner * Tile.Width;
            }
        }
    }

    /// <summary>
    /// target[i, ·] = (or goes on with) Σ_j weights[i, j] · right[j, ·] over the keys of a block, as far as the last row of a tile sees them: earlier
    /// rows have zeros there.
    /// </summary>
    [SkipLocalsInit]
    public static void WeightedRows(in AttentionShape shape, float* weights, float* rightPanels, nint rows, nint keys, nint diagonal, float* target, TileMode mode)
    {
        var padded = stackalloc float[AttentionShape.TileRows * Tile.Width];
        for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
        {
            var width = Math.Min(Tile.Width, shape.HeadSize - column);
            for (nint row = 0; row < rows; row += AttentionShape.TileRows)
            {
                var high = Math.Min(AttentionShape.TileRows, rows - row);
                var seen = Math.Min(keys, diagonal + row + high);
                var left = weights + (row * AttentionShape.ScoreRow);
                var to = target + (row * shape.QueryRow) + column;
                if (width == Tile.Width)
                {
                    Tile.Rows(left, AttentionShape.ScoreRow, 1, rightPanels, Tile.Width, high, seen, to, shape.QueryRow, mode);
                    continue;
                }

                if (mode == TileMode.Continue)
                    Panel.Copy(to, shape.QueryRow, high, width, padded);
                Tile.Rows(left, AttentionShape.ScoreRow, 1, rightPanels, Tile.Width, high, seen, padded, Tile.Width, mode);
                Panel.Store(padded, high, width, to, shape.QueryRow, accumulate: false);
            }

            rightPanels += AttentionShape.Block * Tile.Width;
        }
    }
}
