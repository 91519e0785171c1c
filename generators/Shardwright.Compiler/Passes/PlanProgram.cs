using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>Gives one program its storage: the workspace at fixed offsets, and the frames of the routed stack in bytes a row.</summary>
public static class PlanProgram
{
    public static PlannedProgram Run(BuiltProgram built, DeviceMesh mesh)
    {
        int localExperts = built.Sites.Count == 0 ? 1 : built.Sites.Max(s => s.Experts / mesh.Expert);
        var (map, order) = AssignStorage.Run(built.Root, v => 4L * LocalShapes.Elements(v, mesh), localExperts);
        var read = new HashSet<Value>(built.Root.Walk().SelectMany(n => n.Reads));
        var buffers = map.Values.Distinct().Where(b => b.Last >= 0 && !IsUnread(b, read)).OrderBy(b => b.First).ThenBy(b => b.Name, StringComparer.Ordinal).ToList();
        var workspace = buffers.Where(b => !b.IsRouted).ToList();
        long bytes = PlanMemory.Run(workspace, PlanMemory.Alignment);

        var spans = built.Sites.Select(s => Span(s, built.Root, order)).ToList();
        var frames = new List<RoutedFrame>();
        var routed = new List<(RoutedFrame Frame, List<ArenaBuffer> Buffers, (int Begin, int End, int BackwardBegin, int BackwardEnd) Span)>();
        foreach (var (site, span) in built.Sites.Zip(spans, (s, p) => (s, p)))
        {
            var own = buffers.Where(b => b.IsRouted && b.First >= span.Begin && b.First <= span.End || b.IsRouted && b.First >= span.BackwardBegin && b.First <= span.BackwardEnd).ToList();
            var frame = PlanFrame(site, own, span);
            frames.Add(frame);
            routed.Add((frame, own, span));
        }
        var (peak, bound) = Peak(built, mesh, workspace, bytes, routed, order);
        return new(built.Kind, built.Root, map, order, workspace, bytes, frames, peak, bound);
    }

    /// <summary>A routing statistic that this program does not print needs no storage.</summary>
    static bool IsUnread(ArenaBuffer buffer, HashSet<Value> read) => buffer.Members.All(m => !read.Contains(m)) && buffer.Members[0].Producer?.Op is Route
        && buffer.Members[0].Producer!.Outputs.IndexOf(buffer.Members[0]) is Route.Probabilities or Route.Statistics
        && !buffer.Members[0].Producer!.Outputs.Skip(Route.Probabilities).Take(2).Any(read.Contains);

    static (int Begin, int End, int BackwardBegin, int BackwardEnd) Span(ExpertSite site, Region root, ProgramOrder order)
    {
        int begin = -1, end = -1, backwardBegin = -1, backwardEnd = -1;
        foreach (var node in root.Walk())
            switch (node.Op)
            {
                case Dispatch d when d.Site.Index == site.Index: (d.Backward ? ref backwardBegin : ref begin) = order.Begin(node); break;
                case Return r when r.Site.Index == site.Index: (r.Backward ? ref backwardEnd : ref end) = order.Begin(node); break;
            }
        return (begin, end, backwardBegin, backwardEnd);
    }

    static RoutedFrame PlanFrame(ExpertSite site, List<ArenaBuffer> buffers, (int Begin, int End, int BackwardBegin, int BackwardEnd) span)
    {
        bool hasBackward = span.BackwardEnd >= 0;
        var saved = buffers.Where(b => hasBackward && b.First <= span.End && b.Last > span.End).OrderBy(b => b.First).ToList();
        long kept = 0;
        foreach (var buffer in saved)
        {
            buffer.Offset = kept;
            kept += buffer.Bytes;
        }
        var forward = buffers.Where(b => b.First <= span.End && !saved.Contains(b)).ToList();
        var backward = buffers.Where(b => b.First > span.End).ToList();
        long forwardBytes = PlanMemory.Run(forward, 4, saved), backwardBytes = PlanMemory.Run(backward, 4, saved);
        return new(site, (int)kept, (int)forwardBytes, (int)backwardBytes, hasBackward, (int)PlanMemory.LowerBound(buffers, 4));
    }

    /// <summary>Peak and lower bound of everything that is not persistent, at balanced routing.</summary>
    static (long Peak, long Bound) Peak(
        BuiltProgram built, DeviceMesh mesh, List<ArenaBuffer> workspace, long workspaceBytes, List<(RoutedFrame Frame, List<ArenaBuffer> Buffers, (int Begin, int End, int BackwardBegin, int BackwardEnd) Span)> routed, ProgramOrder order)
    {
        var live = new long[order.Length + 1];
        foreach (var buffer in workspace)
            for (int p = buffer.First; p <= buffer.Last; p++)
                live[p] += PlanMemory.Align(buffer.Bytes, PlanMemory.Alignment);
        long peak = workspaceBytes, bound = 0;
        for (int p = 0; p < order.Length; p++)
        {
            long planned = 0, needed = 0;
            foreach (var (frame, buffers, span) in routed)
            {
                long rows = RoutedRows.Round(RoutedRows.Balanced(built, frame.Site, mesh));
                bool forward = p >= span.Begin && p <= span.End, backward = frame.HasBackward && p >= span.BackwardBegin && p <= span.BackwardEnd;
                // In the last layer's forward and the first backward, every layer before it keeps its rows.
                bool between = frame.HasBackward && p > span.Begin && p < span.BackwardEnd;
                int below = between ? frame.Site.Layers - (forward || backward ? 1 : 0) : 0;
                planned += rows * ((long)frame.SavedBytes * below + (forward ? frame.ForwardBytes : backward ? frame.BackwardBytes : 0));
                needed += rows * ((long)frame.SavedBytes * below + (forward || backward ? buffers.Where(b => b.First <= p && p <= b.Last).Sum(b => b.Bytes) : 0));
            }
            peak = Math.Max(peak, workspaceBytes + planned);
            bound = Math.Max(bound, live[p] + needed);
        }
        return (peak, bound);
    }
}
