using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>Placed buffers by offset, in one array: finding a gap for one more reads them all, and planning does that hundreds of thousands of times.</summary>
public sealed class OffsetOrder
{
    readonly int alignment;
    Entry[] entries;
    int count;

    record struct Entry(long Offset, long End, int First, int Last);

    public OffsetOrder(IEnumerable<ArenaBuffer> placed, int alignment)
    {
        this.alignment = alignment;
        entries = [.. placed.OrderBy(b => b.Offset).Select(Of)];
        count = entries.Length;
    }

    OffsetOrder(OffsetOrder other, int more)
    {
        (alignment, count) = (other.alignment, other.count);
        entries = new Entry[count + more];
        Array.Copy(other.entries, entries, count);
    }

    /// <summary>Where the last of them ends.</summary>
    public long Extent
    {
        get
        {
            long extent = 0;
            for (int i = 0; i < count; i++)
                extent = Math.Max(extent, entries[i].End);
            return extent;
        }
    }

    /// <summary>The same, with room for more.</summary>
    public OffsetOrder Copy(int more) => new(this, more);

    public long EndOf(ArenaBuffer buffer) => buffer.Offset + PlanMemory.Align(buffer.Bytes, alignment);

    /// <summary>The offset of the lowest gap between those that are live with a buffer, or of the smallest one, that it fits into; else the offset behind them.</summary>
    public long Find(ArenaBuffer buffer, bool bestFit)
    {
        long size = PlanMemory.Align(buffer.Bytes, alignment), position = 0, chosen = -1, smallest = long.MaxValue;
        int first = buffer.First, last = buffer.Last;
        for (int i = 0; i < count; i++)
        {
            ref readonly var neighbour = ref entries[i];
            if (neighbour.First > last || first > neighbour.Last)
                continue;
            long gap = neighbour.Offset - position;
            if (gap >= size && gap < smallest)
            {
                if (!bestFit)
                    return position;
                (chosen, smallest) = (position, gap);
            }
            position = Math.Max(position, neighbour.End);
        }
        return chosen < 0 ? position : chosen;
    }

    /// <summary>Adds a buffer at its offset, behind those of the same one.</summary>
    public void Insert(ArenaBuffer buffer)
    {
        int low = 0, high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (entries[middle].Offset <= buffer.Offset)
                low = middle + 1;
            else
                high = middle;
        }
        if (count == entries.Length)
            Array.Resize(ref entries, Math.Max(4, 2 * count));
        Array.Copy(entries, low, entries, low + 1, count - low);
        entries[low] = Of(buffer);
        count++;
    }

    Entry Of(ArenaBuffer buffer) => new(buffer.Offset, EndOf(buffer), buffer.First, buffer.Last);
}
