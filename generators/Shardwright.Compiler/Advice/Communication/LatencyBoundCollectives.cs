using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Many small collectives, whose time is the fixed part: what running those together that may run together saves.</summary>
public sealed class LatencyBoundCollectives : AdviceRule
{
    const string LeastFixed = "least_fixed_percent", LeastShare = "least_share_percent";

    public override RuleInfo Info { get; } = new("SHW4004", "Collectives are bound by latency", RuleSeverity.Info)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastFixed, 50, 0, 100), new RuleOption(LeastShare, 10, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        double least = study.Option(Info, LeastFixed) / 100;
        var bound = study.Estimate.Ops.Where(o => o.Collective is { Picoseconds: > 0 } cost && cost.Latency > cost.Picoseconds * least).ToList();
        long @fixed = bound.Sum(o => o.Collective!.Value.Latency * o.Runs);
        if (bound.Count == 0 || @fixed < study.Step * study.Option(Info, LeastShare) / 100)
            yield break;
        var latencies = new HashSet<int>(bound.Select(o => o.Op.Index));
        var program = study.Plan.Step!.Program;
        int merged = 0;
        var flow = new DataFlow(program);
        var together = DataFlow.Numbered(program, Merge(program.Nodes));
        long saved = merged == 0 ? 0 : study.Step - study.Retime(together);
        var largest = bound.OrderByDescending(o => o.Collective!.Value.Latency * o.Runs).ThenBy(o => o.Op.Index).First();
        var places = study.Statements.Where(s => latencies.Contains(s.Index)).Select(s => s.At).Distinct().ToList();
        var at = study.Statements.FirstOrDefault(s => s.Index == largest.Op.Index)?.At ?? study.Mesh;
        yield return new(Info, at,
            $"{bound.Sum(o => o.Runs)} collectives a step spend {AdviceText.Duration(@fixed)} of {AdviceText.Duration(bound.Sum(o => o.Picoseconds * o.Runs))} in latency that no byte shortens, {AdviceText.Percent((double)@fixed / study.Step)} of the step; most of it '{largest.Op.Name}', "
            + $"{largest.Runs} × {AdviceText.Duration(largest.Picoseconds)}. " + (saved > 0 ? $"Run together where nothing forbids it, {merged} of them fewer, they {Verb(study.Saves(saved))}"
                : "None of them may run together: each waits for the one before. More tokens a rank in a micro-batch, with fewer micro-batches or fewer ranks, spread the same latency over more work") + (saved > 0 ? " (no pass does it yet)" : ""), Math.Max(0, saved))
        {
            Also = places.Where(p => p != at).ToEquatable(),
        };

        List<TimedNode> Merge(IReadOnlyList<TimedNode> region)
        {
            List<TimedNode> body = [.. region.Select(node => node is TimedLoop loop ? loop with { Body = Merge(loop.Body) } : node)];
            for (int i = 0; i < body.Count; i++)
                while (IsSmall(body[i]) && Partner(body, i) is { } at)
                    merged++;
            return body;
        }

        bool IsSmall(TimedNode node) => node is TimedOp { Collective.Exchange: RowExchange.None } op && latencies.Contains(op.Index);

        // Joins a collective with the next of its kind that does not depend on it: what depends on the first moves behind both.
        int? Partner(List<TimedNode> body, int first)
        {
            var own = (TimedOp)body[first];
            var barrier = flow.Behind(own);
            List<TimedNode> before = [], behind = [];
            for (int i = first + 1; i < body.Count; i++)
                if (barrier.Holds(body[i]))
                {
                    barrier.Add(body[i]);
                    behind.Add(body[i]);
                }
                else if (IsSmall(body[i]) && (TimedOp)body[i] is var other && other.Collective!.Kind == own.Collective!.Kind && other.Collective.Group == own.Collective.Group && other.Site == own.Site)
                {
                    var both = own with
                    {
                        Collective = own.Collective with { Bytes = own.Collective.Bytes + other.Collective.Bytes },
                        Reads = [.. own.Reads.Union(other.Reads)],
                        Writes = [.. own.Writes.Union(other.Writes)],
                    };
                    body.RemoveRange(first, i - first + 1);
                    body.InsertRange(first, [.. before, both, .. behind]);
                    return i;
                }
                else
                    before.Add(body[i]);
            return null;
        }
    }

    static string Verb(string saves) => "save" + saves.Substring("saves".Length);
}
