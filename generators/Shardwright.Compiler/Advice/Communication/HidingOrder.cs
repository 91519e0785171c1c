using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>The step with independent work moved to where collectives are awaited: behind each collective, in front of the first statement that needs it, as much as fills its time.</summary>
public sealed class HidingOrder
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
        var moved = new List<int>();
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
                    moved.Add(i);
            }
        List<TimedNode> nodes = [.. moved.Select(i => body[i])];
        if (nodes.Sum(Time) == 0)
            return;
        for (int i = moved.Count - 1; i >= 0; i--)
            body.RemoveAt(moved[i]);
        body.InsertRange(first, nodes);
        Moved.Add((cost, [.. nodes.SelectMany(DataFlow.Ops)]));
    }

    long Time(TimedNode node) => node is TimedLoop loop ? loop.Count * loop.Body.Sum(Time) : costs[((TimedOp)node).Index].Picoseconds;
}
