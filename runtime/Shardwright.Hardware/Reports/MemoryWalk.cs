namespace Shardwright.Hardware.Reports;

/// <summary>Follows a rank's memory from statement to statement.</summary>
internal sealed class MemoryWalk
{
    private const int Classes = (int)MemoryClass.Unused + 1, ForwardPhase = 0, Kept = 1, Arriving = 2, Backward = 3, Leaving = 4, Closed = 5;

    private readonly PlanDocument plan;
    private readonly IReadOnlyList<PlanFrame> frames;

    // Bytes of buffers that routing does not change: [statement][class].
    private readonly long[][] fixedBytes;
    private readonly long[] rows;
    private readonly int[] kept;
    private readonly int[] phase;
    private long temporaries, total;
    private int at;

    /// <param name="plan">The plan.</param>
    /// <param name="received">Rows of each expert group that the rank receives in every layer; null for even load.</param>
    public MemoryWalk(PlanDocument plan, Func<TimedSite, long>? received = null)
    {
        (this.plan, frames, temporaries) = (plan, plan.Memory.Frames, plan.Memory.Temporaries);
        rows = [.. plan.Program.Sites.Select(site => PlanFrame.Allotted(received?.Invoke(site) ?? site.Copies))];
        kept = new int[frames.Count];
        phase = [.. frames.Select(_ => Closed)];
        fixedBytes = Fixed(plan);
    }

    /// <summary>Begins a statement.</summary>
    /// <returns>Bytes that are in use while it runs.</returns>
    public long Enter(int op)
    {
        at = op;
        for (int site = 0; site < frames.Count; site++)
            if (op == frames[site].Begin)
                Change(site, ForwardPhase);
            else if (op == frames[site].BackwardBegin)
            {
                // The running layer's frame holds what it kept.
                kept[site]--;
                Change(site, Arriving);
            }
            else if (op == frames[site].BackwardEnd)
                Change(site, Leaving);
        total = plan.Memory.Reserved + temporaries;
        for (int site = 0; site < frames.Count; site++)
            total += rows[site] * ((long)frames[site].Saved * kept[site] + Open(site));
        return total;
    }

    /// <summary>Ends the statement: rows may come or go behind it.</summary>
    public void Leave(int op)
    {
        for (int site = 0; site < frames.Count; site++)
            if (op == frames[site].End)
            {
                kept[site] += frames[site].BackwardBegin >= 0 ? 1 : 0;
                Change(site, Kept);
            }
            else if (op == frames[site].BackwardBegin)
                Change(site, Backward);
            else if (op == frames[site].BackwardEnd)
                Change(site, Closed);
    }

    /// <summary>Bytes by class at the statement that was entered.</summary>
    public long[] Bytes()
    {
        var bytes = (long[])fixedBytes[at].Clone();
        foreach (var buffer in plan.Buffers)
            if (buffer.Site >= 0)
                bytes[(int)buffer.Class] += BytesOf(buffer);
        bytes[(int)MemoryClass.Unused] += Math.Max(0, total - bytes.Sum());
        return bytes;
    }

    /// <summary>Buffers that hold something, the largest first.</summary>
    public IReadOnlyList<BufferAtPeak> Buffers() => [.. plan.Buffers.Select(buffer => new BufferAtPeak(buffer, BytesOf(buffer))).Where(buffer => buffer.Bytes > 0)
        .OrderByDescending(buffer => buffer.Bytes).ThenBy(buffer => buffer.Buffer.Name, StringComparer.Ordinal).ThenBy(buffer => buffer.Buffer.Class)];

    private long BytesOf(PlanBuffer buffer)
    {
        bool isLive = buffer.First <= at && at <= buffer.Last;
        if (buffer.Site < 0)
            return isLive ? buffer.Bytes : 0;
        var frame = frames[buffer.Site];
        bool isSaved = buffer.First <= frame.End && buffer.Last > frame.End, isOpen = phase[buffer.Site] is not (Kept or Closed);
        return rows[buffer.Site] * buffer.BytesPerRow * ((isSaved ? kept[buffer.Site] : 0) + (isOpen && isLive ? 1 : 0));
    }

    private long Open(int site) => phase[site] switch
    {
        ForwardPhase => frames[site].Forward,
        Arriving => frames[site].Arriving,
        Backward => frames[site].Backward,
        Leaving => frames[site].Leaving,
        _ => 0,
    };

    private void Change(int site, int to)
    {
        phase[site] = to;
        temporaries = frames[site].Temporaries[to];
    }

    private static long[][] Fixed(PlanDocument plan)
    {
        long[][] bytes = [.. plan.Program.Ops.Select(_ => new long[Classes])];
        foreach (var buffer in plan.Buffers)
            for (int op = buffer.First; buffer.Site < 0 && op <= buffer.Last; op++)
                bytes[op][(int)buffer.Class] += buffer.Bytes;
        return bytes;
    }
}
