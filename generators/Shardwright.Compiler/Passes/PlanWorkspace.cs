using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// Plans the workspace together with the routed stack. Memory has two ends: what lives long lies at fixed offsets below the stack; temporaries that are dead while the stack is at its largest lie at the far
/// end, where the stack may grow into them once they are dead. Tried with what is live at each of some positions as the lower part; the smallest joint peak wins.
/// </summary>
public static class PlanWorkspace
{
    /// <summary>Sets the buffers' offsets: the lower part from 0, then the temporaries, their first one last.</summary>
    /// <param name="buffers">The workspace.</param>
    /// <param name="phases">The program's phases.</param>
    /// <param name="stack">Bytes of the routed stack, by position.</param>
    /// <param name="splits">Positions to try.</param>
    /// <returns>Bytes of the lower part and of the temporaries, and how far from the far end the temporaries live at a position reach, by position.</returns>
    public static (long Lower, long Temporaries, long[] Extent) Run(List<ArenaBuffer> buffers, FramePhases phases, long[] stack, IEnumerable<int> splits)
    {
        long lower = PlanMemory.Run(buffers, PlanMemory.Alignment), best = lower + phases.Peak(stack, new long[stack.Length]);
        var chosen = (Lower: lower, Temporaries: 0L, Offsets: buffers.ConvertAll(b => b.Offset), Far: new HashSet<ArenaBuffer>());
        foreach (int split in splits)
        {
            var near = buffers.Where(b => b.First <= split && split <= b.Last).ToList();
            lower = PlanMemory.Run(near, PlanMemory.Alignment);
            foreach (bool fillGaps in new[] { true, false })
            {
                var far = Far(buffers, near, split, fillGaps ? lower : 0);
                if (lower + PlanMemory.LowerBound(far, PlanMemory.Alignment) >= best)
                    continue;
                foreach (bool framesFirst in new[] { true, false })
                    Try(far, framesFirst);
            }
        }
        for (int i = 0; i < buffers.Count; i++)
        {
            buffers[i].Offset = chosen.Offsets[i];
            buffers[i].IsTemporary = chosen.Far.Contains(buffers[i]);
        }
        long end = chosen.Lower + chosen.Temporaries;
        return (chosen.Lower, chosen.Temporaries, Reach(chosen.Far, stack.Length, buffer => end - buffer.Offset));

        void Try(List<ArenaBuffer> far, bool framesFirst)
        {
            // What is there while a frame is open must not reach far: place it first.
            var early = framesFirst ? far.Where(phases.IsInFrame).ToList() : [];
            long extent = PlanMemory.Run(early, PlanMemory.Alignment);
            var late = framesFirst ? far.Where(buffer => !phases.IsInFrame(buffer)).ToList() : far;
            extent = Math.Max(extent, PlanMemory.Run(late, PlanMemory.Alignment, early));
            long peak = Math.Max(lower + extent, lower + phases.Peak(stack, Reach(far, stack.Length, buffer => buffer.Offset + PlanMemory.Align(buffer.Bytes, PlanMemory.Alignment))));
            if (peak >= best)
                return;
            best = peak;
            foreach (var buffer in far)
                buffer.Offset = lower + extent - buffer.Offset - PlanMemory.Align(buffer.Bytes, PlanMemory.Alignment);
            chosen = (lower, extent, buffers.ConvertAll(b => b.Offset), [.. far]);
        }
    }

    /// <summary>What is not live at the split, but for what fits into gaps of the lower part's <paramref name="gaps"/> bytes.</summary>
    static List<ArenaBuffer> Far(List<ArenaBuffer> buffers, List<ArenaBuffer> near, int split, long gaps)
    {
        var far = new List<ArenaBuffer>();
        var placed = new OffsetOrder(near, PlanMemory.Alignment);
        foreach (var buffer in buffers.Where(b => b.First > split || split > b.Last).OrderByDescending(b => b.Bytes).ThenBy(b => b.First))
        {
            if (gaps > 0)
                buffer.Offset = placed.Find(buffer, bestFit: false);
            if (gaps > 0 && placed.EndOf(buffer) <= gaps)
                placed.Insert(buffer);
            else
                far.Add(buffer);
        }
        return far;
    }

    /// <summary>The most of <paramref name="extent"/> over the buffers that are live, by position.</summary>
    static long[] Reach(IEnumerable<ArenaBuffer> far, int positions, Func<ArenaBuffer, long> extent)
    {
        var reach = new long[positions];
        foreach (var buffer in far)
        {
            long own = extent(buffer);
            for (int p = buffer.First; p <= buffer.Last; p++)
                reach[p] = Math.Max(reach[p], own);
        }
        return reach;
    }
}
