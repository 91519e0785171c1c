using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>One statement as a rank's clock charged it; times in picoseconds. <paramref name="Arrival"/> is the start where nobody waits; <paramref name="LiveBytes"/> is the rank's device memory while it ran.</summary>
internal readonly record struct TracedOp(int Op, long Arrival, long Start, long End, EngineTimes Times, CollectiveCost Cost, long LiveBytes)
{
    /// <summary>What an exchange of rows or replicas moved.</summary>
    public ExchangeLoad Load { get; init; }
}

/// <summary>Keeps what one rank's clock says. It lives for one step; the rank's own thread writes, the trainer reads after the step.</summary>
internal sealed class RankRecorder(Arena arena) : IClockListener
{
    private readonly List<TracedOp> ops = [];

    public IReadOnlyList<TracedOp> Ops => ops;

    public void Computed(int op, long start, long end, in EngineTimes times) => ops.Add(new(op, start, start, end, times, default, arena.LiveBytes));

    public void Communicated(int op, long arrival, long start, long end, in CollectiveCost cost, in ExchangeLoad load) => ops.Add(new(op, arrival, start, end, default, cost, arena.LiveBytes) { Load = load });
}
