namespace Shardwright.Hardware.Reports;

/// <summary>One statement of the step at even load.</summary>
/// <param name="Estimate">Its time on the target.</param>
/// <param name="Loops">The loops around it, outermost first: <c>block × 4</c>.</param>
/// <param name="TimeShare">Time of all its runs ÷ that of all statements.</param>
/// <param name="Bound">What decides its time: an engine by its name on the target, links, overhead, or nothing.</param>
/// <param name="Formula">How the time follows from the sizes.</param>
public sealed record ReportOperation(OpEstimate Estimate, IReadOnlyList<string> Loops, double TimeShare, string Bound, string Formula)
{
    /// <summary>The statement.</summary>
    public TimedOp Op => Estimate.Op;

    /// <summary>Time of all runs in a step, picoseconds.</summary>
    public long TotalPicoseconds => checked(Estimate.Picoseconds * Estimate.Runs);

    /// <summary>What all its runs add to the step's time, picoseconds: computing that nothing else covers, or waiting for it while no engine does anything. The sum over statements is the step's time.</summary>
    public long StepPicoseconds { get; init; }

    /// <summary>The part of <see cref="StepPicoseconds"/> in which it, a collective, is awaited.</summary>
    public long ExposedPicoseconds { get; init; }

    /// <summary>Bytes that a rank sends over links in one run.</summary>
    public long LinkBytes => Estimate.Collective?.LinkBytes ?? 0;

    /// <summary><c>compute</c>, <c>collective</c>, or <c>none</c> for what takes no time.</summary>
    public string Kind => Op.Collective is not null ? "collective" : Estimate.Times.Duration == 0 ? "none" : "compute";

    /// <summary>All statements of a program, by index.</summary>
    internal static IReadOnlyList<ReportOperation> All(ProgramCosts costs, IReadOnlyList<OpEstimate> estimates, StepRecorder recorder)
    {
        double total = Math.Max(1, estimates.Sum(estimate => (double)estimate.Picoseconds * estimate.Runs));
        var loops = new Dictionary<int, IReadOnlyList<string>>();
        Visit(costs.Program.Nodes, []);
        return [.. estimates.OrderBy(estimate => estimate.Op.Index).Select(estimate => new ReportOperation(
            estimate, loops[estimate.Op.Index], estimate.Picoseconds * estimate.Runs / total, Name(costs.Machine, estimate), Text(costs, estimate))
        {
            StepPicoseconds = recorder.Added[estimate.Op.Index] + recorder.Exposed[estimate.Op.Index],
            ExposedPicoseconds = recorder.Exposed[estimate.Op.Index],
        })];

        void Visit(IReadOnlyList<TimedNode> nodes, IReadOnlyList<string> around)
        {
            foreach (var node in nodes)
                if (node is TimedOp op)
                    loops[op.Index] = around;
                else if (node is TimedLoop loop)
                    Visit(loop.Body, loop is { IsMicroBatches: true, Count: 1 } ? around : [.. around, FormattableString.Invariant($"{loop.Name} × {loop.Count}")]);
        }
    }

    private static string Name(Machine machine, OpEstimate estimate) => Enum.TryParse<Engine>(estimate.Bound, out var engine) ? machine.EngineNames[(int)engine] : estimate.Bound;

    private static string Text(ProgramCosts costs, OpEstimate estimate)
    {
        var op = estimate.Op;
        var routing = new BalancedRouting(costs.Program, costs.Placement.Expert);
        int experts = op.Site < 0 ? 0 : costs.Experts(op.Site);
        if (op.Collective is { } collective)
        {
            int ranks = costs.Placement.Size(collective.Group);
            return OpFormula.Of(estimate.Collective!.Value, collective.BytesOf(ranks, op.Site < 0 ? default : routing.Load(op.Site, 0, 0, 0, op.Chunk), experts), ranks);
        }
        int[]? starts = null;
        if (costs.IsRouted(op.Index))
            routing.Rows(op.Site, 0, 0, 0, starts = new int[experts + 1]);
        return OpFormula.Of(costs.Machine, op.Work, estimate.Times, starts, experts, op.Chunk);
    }
}
