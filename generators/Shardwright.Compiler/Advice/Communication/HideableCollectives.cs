using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Collectives are awaited while work that does not need them stands further behind. The step is put in another order and walked again.</summary>
public sealed class HideableCollectives : AdviceRule
{
    const string LeastSaving = "least_saving_percent";

    public override RuleInfo Info { get; } = new("SHW4005", "Communication that could be hidden", RuleSeverity.Info) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastSaving, 3, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        double least = study.Step * study.Option(Info, LeastSaving) / 100;
        if (study.Estimate.Clock.Exposed < least)
            yield break;
        var order = new HidingOrder(study);
        if (order.Moved.Count == 0)
            yield break;
        long saved = study.Step - study.Retime(order.Program);
        if (saved < least)
            yield break;
        var (collective, moved) = order.Moved.OrderByDescending(m => m.Collective.Picoseconds * m.Collective.Runs).ThenBy(m => m.Collective.Op.Index).First();
        yield return new(Info, study.Statements.FirstOrDefault(s => s.Index == collective.Op.Index)?.At ?? study.Mesh,
            $"{AdviceText.Duration(study.Estimate.Clock.Exposed)} of a step's {AdviceText.Duration(study.Step)} is communication that nothing hides, and part of it has work behind it that does not need its result: "
            + $"behind '{collective.Op.Name}', {collective.Runs} × {AdviceText.Duration(collective.Picoseconds)}, {string.Join(", ", moved.Take(3).Select(op => $"'{op.Name}'"))}{(moved.Count > 3 ? $" and {moved.Count - 3} more" : "")} could run. "
            + $"In that order, for {order.Moved.Count} collectives, the step {study.Saves(saved)}. The order is the compiler's, and no pass moves statements yet", saved)
        {
            Also = order.Moved.Select(m => study.Statements.FirstOrDefault(s => s.Index == m.Collective.Op.Index)?.At).OfType<Cause>().Distinct().ToEquatable(),
            IsForReport = true,
        };
    }
}

/// <summary>The step with independent work moved to where collectives are awaited: behind each collective, in front of the first statement that needs it, as much as fills its time.</summary>
internal sealed class HidingOrder
{
    readonly IReadOnlyList<OpEstimate> costs;
    readonly DataFlow flow;

    public HidingOrder(ModelStudy study)
    {
        (costs, flow) = (study.Estimate.Ops, new(study.Plan.Step!.Program));
        Program = DataFlow.Numbered(study.Plan.Step.Program, Region(study.Plan.Step.Program.Nodes));
    }

    public TimedProgram Program { get; }

    /// <summary>The collectives behind which statements were moved, and which these are.</summary>
    public List<(OpEstimate Collective, IReadOnlyList<TimedOp> Ops)> Moved { get; } = [];

    List<TimedNode> Region(IReadOnlyList<TimedNode> region)
    {
        List<TimedNode> body = [.. region.Select(node => node is TimedLoop loop ? loop with { Body = Region(loop.Body) } : node)];
        for (int i = 0; i < body.Count; i++)
            if (body[i] is TimedOp { Collective: not null } op && costs[op.Index].Picoseconds > 0)
                Fill(body, i, costs[op.Index]);
        return body;
    }

    void Fill(List<TimedNode> body, int collective, OpEstimate cost)
    {
        var barrier = flow.Behind(body[collective]);
        int first = -1;
        long covered = 0;
        var moved = new List<TimedNode>();
        for (int i = collective + 1; i < body.Count && covered < cost.Picoseconds; i++)
            // Another collective would take its turn behind this one: moving it hides nothing.
            if (barrier.Holds(body[i]) || DataFlow.Ops(body[i]).Any(op => op.Collective is not null))
            {
                barrier.Add(body[i]);
                first = first < 0 ? i : first;
            }
            else
            {
                covered += Time(body[i]);
                if (first >= 0)
                    moved.Add(body[i]);
            }
        if (moved.Sum(Time) == 0)
            return;
        body.RemoveAll(moved.Contains);
        body.InsertRange(first, moved);
        Moved.Add((cost, [.. moved.SelectMany(DataFlow.Ops)]));
    }

    long Time(TimedNode node) => node is TimedLoop loop ? loop.Count * loop.Body.Sum(Time) : costs[((TimedOp)node).Index].Picoseconds;
}
