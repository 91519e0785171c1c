using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Backward attention; a work item is one (sequence, key-value head) with all query heads that share it. With P the probabilities and
/// D_i = dy_i · y_i: dS = P ∘ (dy·vᵀ − D) / √s, dq = dS·k, dk = dSᵀ·q, dv = Pᵀ·dy. The sums of dk and dv over queries go on from block to block
/// and from head to head as one left fold.
/// </summary>
internal unsafe struct AttentionGradientHeads(AttentionShape shape) : IRangeWork
{
    private const int TileRows = 6;

    // 48 rows of P and of dS over 128 keys are 60 KiB.
    private const int QueryBlock = 48;

    public float* Q;
    public float* K;
    public float* V;
    public float* Y;
    public float* LogSumExp;
    public float* UpstreamY;
    public float* GradientQ;
    public float* GradientK;
    public float* GradientV;

    private float* keyColumns;
    private float* valueColumns;
    private float* keyRows;
    private float* queryRows;
    private float* upstreamRows;
    private float* keySums;
    private float* valueSums;
    private float* probabilities;
    private float* gradients;
    private float* tile;

    public readonly void Run(nint begin, nint end)
    {
        var blocks = this;
        blocks.Divide(Scratch.Floats((2 * shape.ColumnPanels) + (5 * shape.RowPanels) + (2 * QueryBlock * shape.ScoreRow) + (TileRows * Tile.Width)));
        for (var item = begin; item < end; item++)
            blocks.Group(item / shape.KeyValueHeads, item % shape.KeyValueHeads);
    }

    private void Divide(float* scratch)
    {
        keyColumns = scratch;
        valueColumns = keyColumns + shape.ColumnPanels;
        keyRows = valueColumns + shape.ColumnPanels;
        queryRows = keyRows + shape.RowPanels;
        upstreamRows = queryRows + shape.RowPanels;
        keySums = upstreamRows + shape.RowPanels;
        valueSums = keySums + shape.RowPanels;
        probabilities = valueSums + shape.RowPanels;
        gradients = probabilities + (QueryBlock * shape.ScoreRow);
        tile = gradients + (QueryBlock * shape.ScoreRow);
    }

    private readonly void Group(nint sequence, nint keyValueHead)
    {
        var keys = (sequence * shape.Length * shape.KeyRow) + (keyValueHead * shape.HeadSize);
        AttentionPanels.Columns(shape, K + keys, shape.KeyRow, keyColumns);
        AttentionPanels.Columns(shape, V + keys, shape.KeyRow, valueColumns);
        AttentionPanels.Rows(shape, K + keys, shape.KeyRow, keyRows);
        new Span<float>(keySums, checked((int)(2 * shape.RowPanels))).Clear();
        for (nint member = 0; member < shape.Group; member++)
        {
            var head = (keyValueHead * shape.Group) + member;
            var queries = (sequence * shape.Length * shape.QueryRow) + (head * shape.HeadSize);
            AttentionPanels.Rows(shape, Q + queries, shape.QueryRow, queryRows);
            AttentionPanels.Rows(shape, UpstreamY + queries, shape.QueryRow, upstreamRows);
            var logs = LogSumExp + (((sequence * shape.Heads) + head) * shape.Length);
            for (nint first = 0; first < shape.Length; first += QueryBlock)
            {
                var last = Math.Min(first + QueryBlock, shape.Length);
                QueryGradients(queries, logs, first, last);
                KeyGradients(probabilities, upstreamRows, valueSums, first, last);
                KeyGradients(gradients, queryRows, keySums, first, last);
            }
        }

        StoreKeys(keySums, GradientK + keys);
        StoreKeys(valueSums, GradientV + keys);
    }

    private readonly void QueryGradients(nint queries, float* logs, nint first, nint last)
    {
        for (var row = first; row < last; row += TileRows)
        {
            var rows = Math.Min(TileRows, last - row);
            var at = queries + (row * shape.QueryRow);
            var p = probabilities + ((row - first) * shape.ScoreRow);
            var ds = gradients + ((row - first) * shape.ScoreRow);
            var keysSeen = row + rows;
            AttentionPanels.Scores(shape, Q + at, keyColumns, rows, keysSeen - 1, p);
            AttentionPanels.Scores(shape, UpstreamY + at, valueColumns, rows, keysSeen - 1, ds);
            for (nint i = 0; i < rows; i++)
            {
                var own = at + (i * shape.QueryRow);
                var delta = Row.Dot(UpstreamY + own, Y + own, shape.HeadSize);
                ScoreGradients(p + (i * shape.ScoreRow), ds + (i * shape.ScoreRow), row + i + 1, logs[row + i], delta);
            }

            AttentionPanels.WeightedRows(shape, ds, keyRows, rows, keysSeen, tile, GradientQ + at);
        }
    }

    // Scores become probabilities and dy·vᵀ becomes dS; beyond the diagonal both get the zeros that the tiles reaching over it will read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void ScoreGradients(float* scores, float* products, nint keys, float logSumExp, float delta)
    {
        var scale = Vector512.Create(shape.Scale);
        var shift = Vector512.Create(-logSumExp);
        var offset = Vector512.Create(delta);
        nint j = 0;
        for (; j < keys; j += Lanes.Count)
        {
            var p = VectorMath.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(scores + j), scale, shift));
            var ds = p * scale * (Vector512.Load(products + j) - offset);
            if (j + Lanes.Count > keys)
            {
                p &= Lanes.First(keys - j);
                ds &= Lanes.First(keys - j);
            }

            p.Store(scores + j);
            ds.Store(products + j);
        }

        Vector512<float>.Zero.Store(scores + j);
        Vector512<float>.Zero.Store(products + j);
    }

    // sums[j, ·] += Σ_i weights[i, j] · right[i, ·] over the queries of the block from the tile's first key on; earlier ones do not see it.
    private readonly void KeyGradients(float* weights, float* right, float* sums, nint first, nint last)
    {
        for (nint panel = 0; panel < shape.HeadPanels; panel++)
        {
            for (nint key = 0; key < last; key += TileRows)
            {
                var query = Math.Max(first, key);
                var column = weights + ((query - first) * shape.ScoreRow) + key;
                var rows = Math.Min(TileRows, last - key);
                Tile.Rows(column, 1, shape.ScoreRow, right + (query * Tile.Width), Tile.Width, rows, last - query, sums + (key * Tile.Width), Tile.Width, TileMode.Continue);
            }

            right += shape.Length * Tile.Width;
            sums += shape.Length * Tile.Width;
        }
    }

    private readonly void StoreKeys(float* sums, float* target)
    {
        for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
        {
            Panel.Store(sums, shape.Length, Math.Min(Tile.Width, shape.HeadSize - column), target + column, shape.KeyRow, accumulate: false);
            sums += shape.Length * Tile.Width;
        }
    }
}
