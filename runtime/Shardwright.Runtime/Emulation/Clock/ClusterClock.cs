using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>The clocks of all ranks, on one machine.</summary>
internal sealed class ClusterClock
{
    public ClusterClock(TimedProgram program, Machine machine, MeshPlacement placement)
    {
        Costs = new(program, machine, placement);
        Planned = ProgramWalk.Balanced(Costs).Now;
        int data = placement.Data, expert = placement.Expert;
        var world = new MeetingTimes(data);
        var peers = Enumerable.Range(0, data / expert).Select(_ => new MeetingTimes(expert)).ToArray();
        var replicas = Enumerable.Range(0, expert).Select(_ => new MeetingTimes(data / expert)).ToArray();
        Ranks = [.. Enumerable.Range(0, data).Select(rank => new StepClock(Costs, [world, peers[rank / expert], replicas[rank % expert]], [rank, rank % expert, rank / expert]))];
    }

    public ProgramCosts Costs { get; }

    /// <summary>The plan's own time of a step, at even load.</summary>
    public long Planned { get; }

    public StepClock[] Ranks { get; }
}
