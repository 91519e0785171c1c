using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>Forward attention; a work item is one (sequence, head). Six queries at a time see all their keys at once.</summary>
internal readonly unsafe struct AttentionHeads(AttentionShape shape, float* q, float* k, float* v, float* y, float* logSumExp) : IRangeWork
{
    private const int Queries = 6;

    public void Run(nint begin, nint end)
    {
        var keyColumns = Scratch.Floats(shape.ColumnPanels + shape.RowPanels + (Queries * (shape.ScoreRow + Tile.Width)));
        var valueRows = keyColumns + shape.ColumnPanels;
        var scores = valueRows + shape.RowPanels;
        var tile = scores + (Queries * shape.ScoreRow);
        for (var item = begin; item < end; item++)
        {
            var sequence = item / shape.Heads;
            var head = item % shape.Heads;
            var keys = (sequence * shape.Length * shape.KeyRow) + (head / shape.Group * shape.HeadSize);
            AttentionPanels.Columns(shape, k + keys, shape.KeyRow, keyColumns);
            AttentionPanels.Rows(shape, v + keys, shape.KeyRow, valueRows);
            var queries = (sequence * shape.Length * shape.QueryRow) + (head * shape.HeadSize);
            for (nint first = 0; first < shape.Length; first += Queries)
            {
                var rows = Math.Min(Queries, shape.Length - first);
                var keysSeen = first + rows;
                var at = queries + (first * shape.QueryRow);
                AttentionPanels.Scores(shape, q + at, keyColumns, rows, keysSeen - 1, scores);
                for (nint i = 0; i < rows; i++)
                    logSumExp[(item * shape.Length) + first + i] = Normalize(scores + (i * shape.ScoreRow), first + i + 1, keysSeen);
                AttentionPanels.WeightedRows(shape, scores, valueRows, rows, keysSeen, tile, y + at);
            }
        }
    }

    /// <summary>Turns the first <paramref name="keys"/> scores into probabilities, zeroes the others up to <paramref name="end"/>, returns the log of the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Normalize(float* scores, nint keys, nint end)
    {
        var max = Row.Max(scores, keys);
        var scale = Vector512.Create(shape.Scale);
        var shift = Vector512.Create(max);
        var sum = Vector512<float>.Zero;
        for (nint j = 0; j < end; j += Lanes.Count)
        {
            var e = VectorMath.Exp((Vector512.Load(scores + j) - shift) * scale);
            if (j + Lanes.Count > keys)
                e &= Lanes.First(keys - j);
            e.Store(scores + j);
            sum += e;
        }

        var total = Lanes.Sum(sum);
        var inverse = Vector512.Create(1 / total);
        for (nint j = 0; j < keys; j += Lanes.Count)
            (Vector512.Load(scores + j) * inverse).Store(scores + j);
        return (max * shape.Scale) + MathF.Log(total);
    }
}
