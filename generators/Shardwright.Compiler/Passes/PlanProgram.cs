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
        var (map, order) = AssignStorage.Run(built.Root, v => v.ElementBytes * LocalShapes.Elements(v, mesh), localExperts);
        var read = new HashSet<Value>(built.Root.Walk().SelectMany(n => n.Reads));
        var buffers = map.Values.Distinct().Where(b => b.Last >= 0 && !IsUnread(b, read)).OrderBy(b => b.First).ThenBy(b => b.Name, StringComparer.Ordinal).ToList();
        var workspace = buffers.Where(b => !b.IsRouted).ToList();
        var spans = built.Sites.Select(s => Span(s, built.Root, order)).ToList();
        var routed = new List<RoutedSite>();
        foreach (var (site, span) in built.Sites.Zip(spans, (s, p) => (s, p)))
        {
            var own = buffers.Where(b => b.IsRouted && b.First >= span.Begin && b.First <= span.End || b.IsRouted && b.First >= span.BackwardBegin && b.First <= span.BackwardEnd).ToList();
            long rows = RoutedRows.Round(RoutedRows.Balanced(built, site, mesh));
            routed.Add(new(PlanFrame(site, own, span), own, span, rows, LoopOf(built.Root, order, span.Begin), LoopOf(built.Root, order, span.BackwardBegin))
            {
                IsExact = built.Root.Walk().Any(n => n.Op is PullReplicas { Placement.Kind: "Exact" } pull && pull.Site.Index == site.Index),
            });
        }

        var phases = new FramePhases(built.Root, order, spans);
        // Evaluate and Infer need far less than Train: nothing to gain from a second end of memory.
        var splits = built.Kind != ProgramKind.Train ? [] : spans.SelectMany(s => new[] { s.Begin + 1, s.BackwardBegin + 1 }).Append(order.Begin(built.Root.Nodes.First(n => n.Op is Ops.BeginBackward)));
        long[] stack = Stack(site => site.Rows);
        var (lower, temporaries, extent) = PlanWorkspace.Run(workspace, phases, stack, splits);
        var frames = routed.Select(r => r.Frame with
        {
            Temporaries = !r.Frame.HasBackward ? (phases.Most(r.Span.Begin, extent), phases.Most(r.Span.End, extent), 0, 0, 0, 0)
                : (phases.Most(r.Span.Begin, extent), phases.Most(r.Span.End, extent), phases.Most(r.Span.BackwardBegin, extent), phases.Most(r.Span.BackwardBegin + 1, extent), phases.Most(r.Span.BackwardEnd, extent),
                    phases.Most(r.Span.BackwardEnd + 1, extent)),
        }).ToList();
        long peak = Math.Max(lower + temporaries, lower + phases.Peak(stack, extent));
        return new(built.Kind, built.Root, map, order, workspace, lower + temporaries, frames, peak, Bound(workspace, routed, order))
        {
            TemporaryBytes = temporaries,
            LowerBytes = lower,
            Routed = routed,
            PeakAtRows = rows => Math.Max(lower + temporaries, lower + phases.Peak(Stack(rows), extent)),
        };

        long[] Stack(Func<RoutedSite, long> rows)
        {
            var sites = routed.ConvertAll(site => site with { Rows = rows(site) });
            return [.. Enumerable.Range(0, order.Length).Select(p => sites.Sum(site => site.PlannedBytes(p)))];
        }
    }

    /// <summary>The first and last position of the <see cref="Ops.Loop"/> around a position; the position itself where there is none.</summary>
    static (int Begin, int End) LoopOf(Region root, ProgramOrder order, int position)
    {
        var loop = root.Nodes.FirstOrDefault(n => n.Op is Ops.Loop && order.Begin(n) <= position && position <= order.End(n));
        return loop is null ? (position, position) : (order.Begin(loop), order.End(loop));
    }

    /// <summary>A routing statistic that this program does not print needs no storage.</summary>
    static bool IsUnread(ArenaBuffer buffer, HashSet<Value> read) => buffer.Members.All(m => !read.Contains(m)) && buffer.Members[0].Producer?.Op is Route
        && buffer.Members[0].Producer!.Outputs.IndexOf(buffer.Members[0]) is Route.Probabilities or Route.Statistics
        && !buffer.Members[0].Producer!.Outputs.Skip(Route.Probabilities).Take(2).Any(read.Contains);

    static FrameSpan Span(ExpertSite site, Region root, ProgramOrder order)
    {
        int begin = -1, end = -1, backwardBegin = -1, backwardEnd = -1;
        foreach (var node in root.Walk())
            switch (node.Op)
            {
                case SendNumbers s when s.Site.Index == site.Index: (s.Backward ? ref backwardBegin : ref begin) = order.Begin(node); break;
                case Dispatch { Once: false } d when d.Site.Index == site.Index: (d.Backward ? ref backwardBegin : ref begin) = order.Begin(node); break;
                case CloseFrame c when c.Site.Index == site.Index: (c.Backward ? ref backwardEnd : ref end) = order.Begin(node); break;
                case Return r when r.Site.Index == site.Index: (r.Backward ? ref backwardEnd : ref end) = order.Begin(node); break;
            }
        return new(begin, end, backwardBegin, backwardEnd);
    }

    static RoutedFrame PlanFrame(ExpertSite site, List<ArenaBuffer> buffers, FrameSpan span)
    {
        bool hasBackward = span.BackwardEnd >= 0;
        var saved = buffers.Where(b => hasBackward && b.First <= span.End && b.Last > span.End).OrderBy(b => b.First).ToList();
        long kept = 0;
        foreach (var buffer in saved)
        {
            buffer.Offset = kept;
            kept += PlanMemory.Align(buffer.Bytes, 4);
        }
        var forward = buffers.Where(b => b.First <= span.End && !saved.Contains(b)).ToList();
        var backward = buffers.Where(b => b.First > span.End).ToList();
        long forwardBytes = PlanMemory.Run(forward, 4, saved);
        // What travels lies lowest, so that the frame is no larger than that while gradients arrive and leave.
        var arriving = backward.Where(b => b.First <= span.BackwardBegin && b.Last >= span.BackwardBegin || b.First <= span.BackwardEnd && b.Last >= span.BackwardEnd).OrderBy(b => b.First).ToList();
        PlanMemory.Run(arriving, 4, saved);
        long backwardBytes = Math.Max(kept, PlanMemory.Run(backward.Except(arriving).ToList(), 4, [.. saved, .. arriving]));
        return new(site, (int)kept, (int)forwardBytes, (int)backwardBytes, hasBackward, (int)PlanMemory.LowerBound(buffers, 4)) { ArrivingBytes = LiveAt(span.BackwardBegin), LeavingBytes = LiveAt(span.BackwardEnd) };

        int LiveAt(int position) => (int)Math.Max(kept, backward.Where(b => b.First <= position && position <= b.Last).Select(b => PlanMemory.Align(b.Offset + b.Bytes, 4)).DefaultIfEmpty(0).Max());
    }

    /// <summary>The most that is live at once, at balanced routing, of everything that is not persistent: no plan can need less.</summary>
    static long Bound(List<ArenaBuffer> workspace, List<RoutedSite> routed, ProgramOrder order)
    {
        var change = new long[order.Length + 1];
        foreach (var buffer in workspace)
        {
            change[buffer.First] += PlanMemory.Align(buffer.Bytes, PlanMemory.Alignment);
            change[buffer.Last + 1] -= PlanMemory.Align(buffer.Bytes, PlanMemory.Alignment);
        }
        long bound = 0, live = 0;
        for (int p = 0; p < order.Length; p++)
            bound = Math.Max(bound, (live += change[p]) + routed.Sum(r => r.NeededBytes(p)));
        return bound;
    }
}
