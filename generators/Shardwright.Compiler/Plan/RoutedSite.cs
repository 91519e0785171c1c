namespace Shardwright.Compiler.Plan;

/// <summary>An expert group with what its rows need at balanced routing.</summary>
public sealed record RoutedSite(RoutedFrame Frame, List<ArenaBuffer> Buffers, FrameSpan Span, long Rows, (int Begin, int End) Loop, (int Begin, int End) BackwardLoop)
{
    /// <summary>Whether these are the rows of every routing: <c>Placement.Exact</c>.</summary>
    public bool IsExact { get; init; }

    bool InForward(int p) => p >= Span.Begin && p <= Span.End;

    bool InBackward(int p) => Frame.HasBackward && p >= Span.BackwardBegin && p <= Span.BackwardEnd;

    /// <summary>Layers whose rows are kept, in the iteration of the loop that has most of them: the last one forward, the first one backward.</summary>
    int Below(int p)
    {
        if (!Frame.HasBackward || p < Loop.Begin || p > BackwardLoop.End)
            return 0;
        bool all = p > Span.End && p < Span.BackwardBegin;
        return Frame.Site.Layers - (all ? 0 : 1);
    }

    /// <summary>Bytes of the rows that other layers keep for the backward pass.</summary>
    public long KeptBytes(int p) => Rows * (long)Frame.SavedBytes * Below(p);

    /// <summary>Bytes of the routed stack at a position.</summary>
    public long PlannedBytes(int p)
    {
        int open = InForward(p) ? Frame.ForwardBytes
            : p == Span.BackwardBegin ? Frame.ArrivingBytes
            : p == Span.BackwardEnd ? Frame.LeavingBytes
            : InBackward(p) ? Frame.BackwardBytes : 0;
        return KeptBytes(p) + Rows * (long)open;
    }

    /// <summary>The least that any plan needs at a position.</summary>
    public long NeededBytes(int p) => KeptBytes(p) + Rows * (InForward(p) || InBackward(p) ? Buffers.Where(b => b.First <= p && p <= b.Last).Sum(b => b.Bytes) : 0);
}
