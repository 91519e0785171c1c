using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Static memory planning (research: TFLite's and TFLM's greedy planners, MiniMalloc's instances): several orders times two ways of choosing a gap, best result kept. Training graphs come within
/// a per cent or two of the liveness bound.
/// </summary>
public static class PlanMemory
{
    public const int Alignment = 64;

    static readonly Comparison<ArenaBuffer>[] Orders =
    [
        (a, b) => b.Bytes.CompareTo(a.Bytes),
        (a, b) => (b.Last - b.First).CompareTo(a.Last - a.First),
        (a, b) => (b.Bytes * (b.Last - b.First + 1)).CompareTo(a.Bytes * (a.Last - a.First + 1)),
        (a, b) => (b.Last - b.First, b.Bytes).CompareTo((a.Last - a.First, a.Bytes)),
        (a, b) => a.First.CompareTo(b.First),
        (a, b) => b.Last.CompareTo(a.Last),
    ];

    /// <summary>Sets every buffer's offset and returns the extent. Buffers in <paramref name="placed"/> keep theirs.</summary>
    public static long Run(IReadOnlyList<ArenaBuffer> buffers, int alignment, IReadOnlyList<ArenaBuffer>? placed = null)
    {
        long best = long.MaxValue, bound = Math.Max(LowerBound(buffers.Concat(placed ?? []), alignment), 0);
        var offsets = new long[buffers.Count];
        var around = new OffsetOrder(placed ?? [], alignment);
        int[] sorted = new int[buffers.Count];
        foreach (var order in Orders)
        {
            for (int i = 0; i < sorted.Length; i++)
                sorted[i] = i;
            Array.Sort(sorted, (a, b) => order(buffers[a], buffers[b]) is var c && c != 0 ? c : a.CompareTo(b));
            foreach (bool bestFit in new[] { false, true })
            {
                long extent = Place(buffers, sorted, around.Copy(buffers.Count), bestFit, best);
                if (extent < best)
                {
                    best = extent;
                    for (int i = 0; i < offsets.Length; i++)
                        offsets[i] = buffers[i].Offset;
                }
                if (best <= bound)
                    return Keep();
            }
        }
        return Keep();

        long Keep()
        {
            for (int i = 0; i < offsets.Length; i++)
                buffers[i].Offset = offsets[i];
            return best == long.MaxValue ? 0 : best;
        }
    }

    /// <summary>The most bytes that are live at once: no plan can need less.</summary>
    public static long LowerBound(IEnumerable<ArenaBuffer> buffers, int alignment)
    {
        var events = new List<(int Position, long Change)>();
        foreach (var buffer in buffers)
        {
            long bytes = Align(buffer.Bytes, alignment);
            events.Add((buffer.First, bytes));
            events.Add((buffer.Last + 1, -bytes));
        }
        // What ends at a position makes room for what starts there.
        events.Sort((a, b) => a.Position != b.Position ? a.Position.CompareTo(b.Position) : a.Change.CompareTo(b.Change));
        long live = 0, most = 0;
        foreach (var (_, change) in events)
            most = Math.Max(most, live += change);
        return most;
    }

    public static long Align(long bytes, int alignment) => (bytes + alignment - 1) / alignment * alignment;

    /// <summary>Places buffers in an order; gives up when the extent reaches <paramref name="limit"/>, which is then the least that it can be.</summary>
    static long Place(IReadOnlyList<ArenaBuffer> buffers, int[] order, OffsetOrder done, bool bestFit, long limit)
    {
        long extent = done.Extent;
        foreach (int index in order)
        {
            var buffer = buffers[index];
            buffer.Offset = done.Find(buffer, bestFit);
            extent = Math.Max(extent, done.EndOf(buffer));
            if (extent >= limit)
                return extent;
            done.Insert(buffer);
        }
        return extent;
    }
}
