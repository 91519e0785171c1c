using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>A collective of one group: the last rank to arrive, at which an arrow to every other member begins.</summary>
internal readonly record struct TraceMeeting(int Op, long Start, int Last, IReadOnlyList<int> Others);

/// <summary>Which recorded collectives belong together: the n-th of a group on one rank is the n-th on all its ranks.</summary>
internal static class TraceMeetings
{
    public static IEnumerable<TraceMeeting> Of(StepTrace trace)
    {
        int expert = trace.Costs.Placement.Expert;
        var meetings = new Dictionary<(CollectiveGroup Kind, int Instance, int Ordinal), List<(int Rank, TracedOp Op)>>();
        var ordinals = new Dictionary<(int Rank, CollectiveGroup Kind), int>();
        for (int rank = 0; rank < trace.Ranks.Count; rank++)
            foreach (var op in trace.Ranks[rank].Ops)
            {
                if (trace.Costs.Program.Ops[op.Op].Collective is not { Group: var kind })
                    continue;
                int ordinal = ordinals[(rank, kind)] = ordinals.GetValueOrDefault((rank, kind)) + 1;
                int instance = kind switch { CollectiveGroup.ExpertPeers => rank / expert, CollectiveGroup.ExpertReplicas => rank % expert, _ => 0 };
                if (!meetings.TryGetValue((kind, instance, ordinal), out var members))
                    meetings[(kind, instance, ordinal)] = members = [];
                members.Add((rank, op));
            }
        // An exchange that takes no time has no event that an arrow could join.
        return meetings.Values.Where(members => members.Count > 1 && members.All(m => m.Op.End > m.Op.Start)).Select(members =>
        {
            var last = members.MaxBy(member => member.Op.Arrival);
            return new TraceMeeting(last.Op.Op, last.Op.Start, last.Rank, [.. members.Select(m => m.Rank).Where(rank => rank != last.Rank)]);
        });
    }
}
