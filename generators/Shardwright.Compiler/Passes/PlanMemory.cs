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
        foreach (var order in Orders)
            foreach (bool bestFit in new[] { false, true })
            {
                var sorted = buffers.Select((b, i) => (ArenaBuffer: b, Index: i)).ToList();
                sorted.Sort((a, b) => order(a.ArenaBuffer, b.ArenaBuffer) is var c && c != 0 ? c : a.Index.CompareTo(b.Index));
                long extent = Place([.. sorted.Select(s => s.ArenaBuffer)], alignment, bestFit, placed ?? [], best);
                if (extent < best)
                {
                    best = extent;
                    for (int i = 0; i < offsets.Length; i++)
                        offsets[i] = buffers[i].Offset;
                }
                if (best <= bound)
                    return Keep();
            }
        return Keep();

        long Keep()
        {
            for (int i = 0; i < offsets.Length; i++)
                buffers[i].Offset = offsets[i];
            return best == long.MaxValue ? 0 : best;
        }
    }

    /// <summary>Sets the offset of one more buffer among <paramref name="placed"/>, which are sorted by offset: the lowest gap that it fits into, or behind those that are live with it. Returns where it ends.</summary>
    public static long Fit(ArenaBuffer buffer, int alignment, List<ArenaBuffer> placed) => (buffer.Offset = Find(buffer, alignment, placed, bestFit: false)) + Align(buffer.Bytes, alignment);

    /// <summary>Adds a buffer behind those of the same offset.</summary>
    public static void Insert(List<ArenaBuffer> sorted, ArenaBuffer buffer)
    {
        int low = 0, high = sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle].Offset <= buffer.Offset)
                low = middle + 1;
            else
                high = middle;
        }
        sorted.Insert(low, buffer);
    }

    /// <summary>The most bytes that are live at once: no plan can need less.</summary>
    public static long LowerBound(IEnumerable<ArenaBuffer> buffers, int alignment)
    {
        var events = new SortedDictionary<int, long>();
        foreach (var buffer in buffers)
        {
            long bytes = Align(buffer.Bytes, alignment);
            events[buffer.First] = (events.TryGetValue(buffer.First, out long start) ? start : 0) + bytes;
            events[buffer.Last + 1] = (events.TryGetValue(buffer.Last + 1, out long end) ? end : 0) - bytes;
        }
        long live = 0, most = 0;
        foreach (long change in events.Values)
            most = Math.Max(most, live += change);
        return most;
    }

    public static long Align(long bytes, int alignment) => (bytes + alignment - 1) / alignment * alignment;

    /// <summary>Places buffers in their order; gives up when the extent reaches <paramref name="limit"/>, which is then the least that it can be.</summary>
    static long Place(List<ArenaBuffer> buffers, int alignment, bool bestFit, IReadOnlyList<ArenaBuffer> fixedBuffers, long limit)
    {
        var done = new List<ArenaBuffer>(buffers.Count + fixedBuffers.Count);
        done.AddRange(fixedBuffers.OrderBy(b => b.Offset));
        long extent = fixedBuffers.Select(b => b.Offset + Align(b.Bytes, alignment)).DefaultIfEmpty(0).Max();
        foreach (var buffer in buffers)
        {
            buffer.Offset = Find(buffer, alignment, done, bestFit);
            extent = Math.Max(extent, buffer.Offset + Align(buffer.Bytes, alignment));
            if (extent >= limit)
                return extent;
            Insert(done, buffer);
        }
        return extent;
    }

    static long Find(ArenaBuffer buffer, int alignment, List<ArenaBuffer> done, bool bestFit)
    {
        long size = Align(buffer.Bytes, alignment), position = 0, chosen = -1, smallest = long.MaxValue;
        foreach (var neighbour in done)
        {
            if (neighbour.First > buffer.Last || buffer.First > neighbour.Last)
                continue;
            long gap = neighbour.Offset - position;
            if (gap >= size && gap < smallest)
            {
                if (!bestFit)
                    return position;
                (chosen, smallest) = (position, gap);
            }
            position = Math.Max(position, neighbour.Offset + Align(neighbour.Bytes, alignment));
        }
        return chosen < 0 ? position : chosen;
    }
}
