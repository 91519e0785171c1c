namespace Shardwright.Execution;

/// <summary>
/// Backward attention: dq = dS·k, dk = dSᵀ·q, dv = Pᵀ·dy, block of keys by block of keys. Every element of dq is one left fold over its keys, every element
/// of dk and dv one over (head, query): in both ways of dividing the work it is the same fold, to the bit.
/// </summary>
internal readonly unsafe struct AttentionGradientBlocks<TRounder>(AttentionShape shape, AttentionArrays arrays, bool apart) : IRangeWork
    where TRounder : unmanaged, IRounder
{
    // Products of [queries, keys, head size]: scores, dy·vᵀ, dq, dk, dv.
    private const int ProductsTogether = 5;

    // Scores and dy·vᵀ are computed on both sides.
    private const int ProductsApart = 7;

    /// <summary>
    /// A work item is a whole (sequence, key-value head); where there are too few of those for the threads, a block of keys of one, for dk and dv, or
    /// a block of queries of one head, for dq.
    /// </summary>
    public static void Run(in AttentionShape shape, in AttentionArrays arrays)
    {
        var whole = shape.Batch * shape.KeyValueHeads;
        nint threads = WorkPool.Current?.Threads ?? 1;
        var rounds = (whole + threads - 1) / threads;
        var apart = shape.Blocks > 1 && rounds * threads * ProductsTogether > whole * ProductsApart;
        var items = apart ? shape.Batch * (shape.KeyValueHeads + shape.Heads) * shape.Blocks : whole;
        Ranges.Split(new AttentionGradientBlocks<TRounder>(shape, arrays, apart), items, 1);
    }

    public void Run(nint begin, nint end)
    {
        var scratch = AttentionScratch.Of(shape);
        for (var item = begin; item < end; item++)
        {
            if (apart)
                BlockOf(item, scratch);
            else
                KeyBlocks(item / shape.KeyValueHeads, item % shape.KeyValueHeads, 0, shape.Blocks, withQueries: true, scratch);
        }
    }

    // The first blocks of keys are seen by the most queries, the last blocks of queries see the most keys: the most work goes first.
    private void BlockOf(nint item, in AttentionScratch scratch)
    {
        var keyItems = shape.Batch * shape.KeyValueHeads;
        var queryItems = shape.Batch * shape.Heads;
        var (block, place) = (item / (keyItems + queryItems), item % (keyItems + queryItems));
        if (place < keyItems)
            KeyBlocks(place / shape.KeyValueHeads, place % shape.KeyValueHeads, block, block + 1, withQueries: false, scratch);
        else
            QueryBlock((place - keyItems) / shape.Heads, (place - keyItems) % shape.Heads, shape.Blocks - 1 - block, scratch);
    }

    private void KeyBlocks(nint sequence, nint keyValueHead, nint first, nint last, bool withQueries, in AttentionScratch scratch)
    {
        for (var block = first; block < last; block++)
        {
            var (start, keys) = (block * AttentionShape.Block, shape.Rows(block));
            var at = shape.KeyHead(sequence, keyValueHead) + (start * shape.KeyRow);
            scratch.LoadKeys(arrays, at, keys, withQueries);
            scratch.ClearSums();
            for (nint member = 0; member < shape.Group; member++)
            {
                var head = (keyValueHead * shape.Group) + member;
                for (var query = start; query < shape.Length; query += AttentionShape.Step)
                {
                    var rows = Math.Min(AttentionShape.Step, shape.Length - query);
                    var queries = shape.QueryHead(sequence, head) + (query * shape.QueryRow);
                    scratch.LoadQueries(arrays, queries, rows);
                    Scores(scratch, sequence, head, query, rows, keys, start, block == first);
                    if (withQueries)
                        QueryGradients(scratch, queries, rows, keys, query - start, block == 0);
                    KeyGradients(scratch.Probabilities, scratch.UpstreamRows, scratch.ValueSums, rows, keys, query - start);
                    KeyGradients(scratch.Gradients, scratch.QueryRows, scratch.KeySums, rows, keys, query - start);
                }
            }

            StoreKeys(scratch.KeySums, arrays.GradientK + at, keys);
            StoreKeys(scratch.ValueSums, arrays.GradientV + at, keys);
        }
    }

    private void QueryBlock(nint sequence, nint head, nint own, in AttentionScratch scratch)
    {
        var (begin, end) = (own * AttentionShape.Block, (own * AttentionShape.Block) + shape.Rows(own));
        for (nint block = 0; block <= own; block++)
        {
            var (start, keys) = (block * AttentionShape.Block, shape.Rows(block));
            scratch.LoadKeys(arrays, shape.KeyHead(sequence, head / shape.Group) + (start * shape.KeyRow), keys, withRows: true);
            for (var query = begin; query < end; query += AttentionShape.Step)
            {
                var rows = Math.Min(AttentionShape.Step, end - query);
                var queries = shape.QueryHead(sequence, head) + (query * shape.QueryRow);
                scratch.LoadQueries(arrays, queries, rows);
                Scores(scratch, sequence, head, query, rows, keys, start, block == 0);
                QueryGradients(scratch, queries, rows, keys, query - start, block == 0);
            }
        }
    }

    private void Scores(in AttentionScratch scratch, nint sequence, nint head, nint query, nint rows, nint keys, nint start, bool firstTime)
    {
        var deltas = scratch.Deltas + (head % shape.Group * shape.Length) + query;
        if (firstTime)
            Deltas(shape.QueryHead(sequence, head) + (query * shape.QueryRow), rows, deltas);
        var logs = arrays.LogSumExp + (((sequence * shape.Heads) + head) * shape.Length) + query;
        AttentionScoreGradients<TRounder>.Compute(shape, scratch, rows, keys, query - start, logs, deltas);
    }

    private void Deltas(nint at, nint rows, float* deltas)
    {
        for (nint row = 0; row < rows; row++, at += shape.QueryRow)
            deltas[row] = Row.Dot(arrays.UpstreamY + at, arrays.Y + at, shape.HeadSize);
    }

    private void QueryGradients(in AttentionScratch scratch, nint at, nint rows, nint keys, nint diagonal, bool first)
        => AttentionPanels.WeightedRows(shape, scratch.Gradients, scratch.KeyRows, rows, keys, diagonal, arrays.GradientQ + at, first ? TileMode.Overwrite : TileMode.Continue);

    // sums[j, ·] += Σ_i weights[i, j] · right[i, ·] over the queries from the tile's first key on; earlier ones do not see it.
    private void KeyGradients(float* weights, float* right, float* sums, nint queries, nint keys, nint diagonal)
    {
        for (nint panel = 0; panel < shape.HeadPanels; panel++)
        {
            for (nint key = 0; key < keys && key < diagonal + queries; key += AttentionShape.TileRows)
            {
                var skip = Math.Max(0, key - diagonal);
                var column = weights + (skip * AttentionShape.ScoreRow) + key;
                Tile.Rows(column, 1, AttentionShape.ScoreRow, right + (skip * Tile.Width), Tile.Width, Math.Min(AttentionShape.TileRows, keys - key), queries - skip,
                    sums + (key * Tile.Width), Tile.Width, TileMode.Continue);
            }

            right += AttentionShape.Step * Tile.Width;
            sums += AttentionShape.Block * Tile.Width;
        }
    }

    private void StoreKeys(float* sums, float* target, nint keys)
    {
        for (nint column = 0; column < shape.HeadSize; column += Tile.Width)
        {
            Panel.Store(sums, keys, Math.Min(Tile.Width, shape.HeadSize - column), target + column, shape.KeyRow, accumulate: false);
            sums += AttentionShape.Block * Tile.Width;
        }
    }
}
