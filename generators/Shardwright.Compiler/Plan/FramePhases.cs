using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;

namespace Shardwright.Compiler.Plan;

/// <summary>Where in the program one expert group's frame on the routed stack is opened and closed; −1 without backward.</summary>
public readonly record struct FrameSpan(int Begin, int End, int BackwardBegin, int BackwardEnd);

/// <summary>The stretches of a program between two changes of the routed stack, within which the free memory above the stack stays the same.</summary>
public sealed class FramePhases
{
    readonly ProgramOrder order;
    readonly Dictionary<int, Node> loopEnds = [];
    readonly HashSet<int> opens = [];
    readonly List<(int Begin, int End)> frames = [];
    readonly List<int[]> all = [];
    readonly Dictionary<int, int[]> phaseFrom = [];

    public FramePhases(Region root, ProgramOrder order, IEnumerable<FrameSpan> spans)
    {
        this.order = order;
        foreach (var node in root.Walk().Where(n => n.Op is Loop))
            loopEnds[order.End(node)] = node;
        // A group that nothing calls has no frame.
        var list = spans.Where(s => s.Begin >= 0).ToList();
        foreach (var span in list)
            opens.UnionWith([span.Begin, span.BackwardBegin]);
        Add(-1, Until(-1));
        foreach (var span in list)
        {
            frames.Add((span.Begin, span.End));
            Add(span.Begin, [.. Enumerable.Range(span.Begin, span.End - span.Begin + 1)]);
            Add(span.End, Until(span.End));
            if (span.BackwardEnd < 0)
                continue;
            frames.Add((span.BackwardBegin, span.BackwardEnd));
            // The experts' own buffers come after the gradients have arrived, and are gone when they leave.
            Add(span.BackwardBegin, [span.BackwardBegin]);
            Add(span.BackwardBegin + 1, [.. Enumerable.Range(span.BackwardBegin + 1, span.BackwardEnd - span.BackwardBegin - 1)]);
            Add(span.BackwardEnd, [span.BackwardEnd]);
            Add(span.BackwardEnd + 1, Until(span.BackwardEnd));
        }
    }

    /// <summary>The most of <paramref name="extent"/>, by position, in the phase that the change at <paramref name="position"/> begins.</summary>
    public long Most(int position, long[] extent) => Most(phaseFrom[position], extent);

    /// <summary>Whether a buffer is live while some frame is open.</summary>
    public bool IsInFrame(ArenaBuffer buffer) => frames.Any(f => f.Begin <= buffer.Last && buffer.First <= f.End);

    /// <summary>The largest sum of what the stack takes at a position and what its phase keeps above the stack; both by position.</summary>
    public long Peak(long[] stack, long[] extent) => all.Select(phase => phase.Length == 0 ? 0 : Most(phase, stack) + Most(phase, extent)).DefaultIfEmpty(0).Max();

    static long Most(int[] phase, long[] of)
    {
        long most = 0;
        foreach (int position in phase)
            most = Math.Max(most, of[position]);
        return most;
    }

    void Add(int position, int[] phase)
    {
        all.Add(phase);
        phaseFrom[position] = phase;
    }

    /// <summary>Every position that may run between the change at <paramref name="position"/> and the next one: a loop may go round, or end.</summary>
    int[] Until(int position)
    {
        var seen = new SortedSet<int>();
        Walk(position + 1);
        return [.. seen];

        void Walk(int from)
        {
            for (int p = from; p < order.Length && !opens.Contains(p) && seen.Add(p); p++)
                if (loopEnds.TryGetValue(p, out var loop))
                    Walk(order.Begin(loop) + 1);
        }
    }
}
