using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Plan;

/// <summary>Gives every buffer its slots and its first and last position. A value read outside the loop that makes it keeps a slot an iteration.</summary>
public static class Lifetimes
{
    public static void Compute(IReadOnlyList<ArenaBuffer> buffers, ProgramOrder order, int localExperts)
    {
        foreach (var buffer in buffers)
        {
            if (buffer.IsRouted)
            {
                Routed(buffer, order);
                continue;
            }
            var uses = buffer.Members.SelectMany(order.Uses).ToList();
            var home = Home(buffer, uses);
            buffer.Stack = Levels(buffer, home, localExperts);
            foreach (var member in buffer.Members)
                if (member.Producer is { } producer)
                    Extend(buffer, member.Region!.IsInside(home) && ProgramOrder.LoopBelow(home, member.Region!) is { } loop ? order.Begin(loop) : producer.Body is null ? order.Begin(producer) : order.End(producer));
            // Where experts run in parts, the first part's rows are back before the last part runs.
            foreach (var loop in buffer.Members.Select(m => m.Producer).Where(p => p?.Op is Return { Chunks: > 1 }).Select(p => p!.Input(0).Region!.Owner))
                if (loop is not null)
                    Extend(buffer, order.Begin(loop));
            foreach (var use in uses)
                Extend(buffer, ProgramOrder.LoopBelow(home, use.Region) is { } loop ? order.End(loop) : use.Position);
        }
    }

    /// <summary>
    /// Routed rows live in their layer's frame, so layers do not stack them. Experts do matter: what one expert's rows are read from, or leave behind, must outlive the other experts' turns; and where parts of the experts run one behind the other, so
    /// must everything, since a part's rows may still travel while the next part is computed.
    /// </summary>
    static void Routed(ArenaBuffer buffer, ProgramOrder order)
    {
        var regions = buffer.Members.Select(m => m.Region!).Concat(buffer.Members.SelectMany(order.Uses).Select(u => u.Region)).Distinct().ToList();
        bool shared = regions.Count > 1 || regions.Any(r => r.Owner?.Op is ExpertLoop { Chunks: > 1 });
        foreach (var member in buffer.Members)
            Extend(buffer, shared && member.Region!.Owner is { Op: ExpertLoop } made ? order.Begin(made) : order.Begin(member.Producer!));
        foreach (var use in buffer.Members.SelectMany(order.Uses))
            Extend(buffer, shared && use.Region.Owner is { Op: ExpertLoop } read ? order.End(read) : use.Position);
    }

    static void Extend(ArenaBuffer buffer, int position)
    {
        buffer.First = Math.Min(buffer.First, position);
        buffer.Last = Math.Max(buffer.Last, position);
    }

    /// <summary>The innermost region that contains the buffer and all its readers.</summary>
    static Region Home(ArenaBuffer buffer, List<Use> uses)
    {
        var home = buffer.Region;
        while (uses.Any(u => !u.Region.IsInside(home)))
            home = home.Parent!;
        return home;
    }

    static List<StackLevel> Levels(ArenaBuffer buffer, Region home, int localExperts)
    {
        var levels = new List<StackLevel>();
        for (var region = buffer.Region; region != home; region = region.Parent!)
            if (region.Owner!.Op is Loop loop)
                levels.Insert(0, new(loop.List, loop.List.Count));
            else if (!buffer.IsRouted)
                levels.Insert(0, new(null, localExperts));
        if (buffer.CarriedStack?.Op is Loop carried)
            levels.Add(new(carried.List, carried.List.Count + 1));
        return levels;
    }
}
