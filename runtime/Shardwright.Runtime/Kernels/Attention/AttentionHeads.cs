using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Forward attention; a work item is a range of query blocks of one (sequence, head). The queries meet their keys block by block: with m the largest
/// score so far, y and the sum of e^(score − m) go on from block to block and are scaled down where a block raises m (Milakov and Gimelshein 2018;
/// Dao et al. 2022). Key blocks lie at fixed positions, so a query's bits depend on its own position and its keys alone.
/// </summary>
internal readonly unsafe struct AttentionHeads<TRounder>(AttentionShape shape, TRounder rounder, float* q, float* k, float* v, float* y, float* logSumExp, nint range) : IRangeWork
    where TRounder : unmanaged, IRounder
{
    private const int ItemsPerThread = 4;

    public static void Run(in AttentionShape shape, float* q, float* k, float* v, float* y, float* logSumExp)
    {
        // Whole heads load every block of keys once; few heads are cut so that no thread waits long for the last one.
        var heads = shape.Batch * shape.Heads;
        nint threads = WorkPool.Current?.Threads ?? 1;
        var range = Math.Clamp(heads * shape.Blocks / (ItemsPerThread * threads), 1, shape.Blocks);
        Ranges.Split(new AttentionHeads<TRounder>(shape, default, q, k, v, y, logSumExp, range), heads * ((shape.Blocks + range - 1) / range), 1);
    }

    public void Run(nint begin, nint end)
    {
        var heads = shape.Batch * shape.Heads;
        var ranges = (shape.Blocks + range - 1) / range;
        for (var item = begin; item < end; item++)
        {
            // The last queries see the most keys: taken first, they leave no thread alone at the end.
            var (head, first) = (item % heads, (ranges - 1 - (item / heads)) * range * AttentionShape.Block);
            Queries(head / shape.Heads, head % shape.Heads, first, Math.Min(first + (range * AttentionShape.Block), shape.Length));
        }
    }

    private void Queries(nint sequence, nint head, nint begin, nint end)
    {
        var keyColumns = Scratch.Floats(shape.ColumnPanels + shape.RowPanels + shape.StepPanels + (AttentionShape.Step * AttentionShape.ScoreRow) + end - begin);
        var valueRows = keyColumns + shape.ColumnPanels;
        var queryRows = valueRows + shape.RowPanels;
        var scores = queryRows + shape.StepPanels;
        var sums = scores + (AttentionShape.Step * AttentionShape.ScoreRow);

        // Until the end logSumExp holds the maxima.
        var maxima = logSumExp + (((sequence * shape.Heads) + head) * shape.Length) + begin;
        new Span<float>(maxima, (int)(end - begin)).Fill(float.NegativeInfinity);
        new Span<float>(sums, (int)(end - begin)).Clear();
        var (queryHead, keyHead) = (shape.QueryHead(sequence, head), shape.KeyHead(sequence, head / shape.Group));
        for (nint key = 0; key < end; key += AttentionShape.Block)
        {
            var (keys, keysAt) = (Math.Min(AttentionShape.Block, shape.Length - key), keyHead + (key * shape.KeyRow));
            AttentionPanels.Columns(shape, k + keysAt, shape.KeyRow, keys, keyColumns);
            AttentionPanels.Rows(shape, v + keysAt, shape.KeyRow, keys, valueRows, AttentionShape.Block);
            for (var query = Math.Max(begin, key); query < end; query += AttentionShape.Step)
            {
                var (rows, at, diagonal) = (Math.Min(AttentionShape.Step, end - query), queryHead + (query * shape.QueryRow), query - key);
                AttentionPanels.Rows(shape, q + at, shape.QueryRow, rows, queryRows, AttentionShape.Step);
                AttentionPanels.Scores(shape, queryRows, keyColumns, rows, keys, diagonal, scores);
                Weigh(scores, rows, keys, diagonal, maxima + query - begin, sums + query - begin, y + at, key == 0);
                AttentionPanels.WeightedRows(shape, scores, valueRows, rows, keys, diagonal, y + at, key == 0 ? TileMode.Overwrite : TileMode.Continue);
            }
        }

        for (nint row = 0; row < end - begin; row++)
        {
            Row.Scale(y + queryHead + ((begin + row) * shape.QueryRow), shape.HeadSize, 1 / sums[row]);
            maxima[row] = (maxima[row] * shape.Scale) + MathF.Log(sums[row]);
        }
    }

    // Scores become weights e^(score − m), rounded for the product with v; their sum is of the unrounded ones. Row by row the three parts would wait for
    // each other's results.
    [SkipLocalsInit]
    private void Weigh(float* scores, nint rows, nint keys, nint diagonal, float* maxima, float* sums, float* target, bool first)
    {
        var shrink = stackalloc float[AttentionShape.Step];
        var shift = stackalloc float[AttentionShape.Step];
        for (nint row = 0; row < rows; row++)
            shift[row] = Row.Max(scores + (row * AttentionShape.ScoreRow), Math.Min(keys, diagonal + row + 1));
        Raise(rows, maxima, sums, shift, shrink);
        for (nint row = 0; row < rows; row++)
        {
            if (!first && shrink[row] != 1)
                Row.Scale(target + (row * shape.QueryRow), shape.HeadSize, shrink[row]);
            sums[row] += Exponentials(scores + (row * AttentionShape.ScoreRow), Math.Min(keys, diagonal + row + 1), shift[row]);
        }
    }

    // Takes the largest scores of a block in shift.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Raise(nint rows, float* maxima, float* sums, float* shift, float* shrink)
    {
        for (nint row = 0; row < rows; row += Lanes.Count)
        {
            var left = rows - row;
            var largest = Vector512.Max(Lanes.Load(maxima + row, left), Lanes.Load(shift + row, left));

            // Where all scores are −∞, any finite shift gives the weights 0.
            var finite = Vector512.ConditionalSelect(Vector512.Equals(largest, Vector512.Create(float.NegativeInfinity)), Vector512<float>.Zero, largest);
            var factor = VectorMath.Exp((Lanes.Load(maxima + row, left) - finite) * Vector512.Create(shape.Scale));
            Lanes.Store(largest, maxima + row, left);
            Lanes.Store(finite, shift + row, left);
            Lanes.Store(factor, shrink + row, left);
            Lanes.Store(Lanes.Load(sums + row, left) * factor, sums + row, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Exponentials(float* scores, nint seen, float largest)
    {
        var scale = Vector512.Create(shape.Scale);
        var shift = Vector512.Create(largest);
        var sum = Vector512<float>.Zero;
        nint j = 0;
        for (; j < seen; j += Lanes.Count)
        {
            var e = VectorMath.ExpNotLarge((Vector512.Load(scores + j) - shift) * scale);
            if (j + Lanes.Count > seen)
                e &= Lanes.First(seen - j);
            sum += e;
            rounder.Apply(e, j).Store(scores + j);
        }

        // Tiles of later rows reach over the diagonal.
        Vector512<float>.Zero.Store(scores + j);
        return Lanes.Sum(sum);
    }
}
