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
        var bound = study.Estimate.Ops.Where(o => o.Collective is { Picoseconds: > 0 } cost && cost.Latency > cost.Picoseconds * least).OrderByDescending(o => o.Collective!.Value.Latency * o.Runs).ThenBy(o => o.Op.Index).ToList();
        long latency = bound.Sum(o => o.Collective!.Value.Latency * o.Runs);
        if (bound.Count == 0 || latency < study.Step * study.Option(Info, LeastShare) / 100)
            yield break;
        var fused = new FusedCollectives(study.Plan.Step!.Program, bound.Select(o => o.Op.Index));
        long saved = fused.Gone == 0 ? 0 : Math.Max(0, study.Step - study.Retime(fused.Program));
        string advice = saved > 0 ? $"Running together what may run together, {fused.Gone} of them fewer, {study.Saves(saved)}; no pass does it yet"
            : "None of them may run together: each waits for the one before. More tokens a rank in a micro-batch, with fewer micro-batches or fewer ranks, spread the same latency over more work";
        var places = bound.Select(o => study.OfAllParts.FirstOrDefault(s => s.Index == o.Op.Index)?.At ?? study.Mesh).Distinct().ToList();
        yield return new(Info, places[0],
            $"{bound.Sum(o => o.Runs)} collectives a step spend {AdviceText.Duration(latency)} of {AdviceText.Duration(bound.Sum(o => o.Picoseconds * o.Runs))} in latency that fewer bytes do not shorten, {AdviceText.Percent((double)latency / study.Step)} of the step; "
            + $"most of it in '{bound[0].Op.Name}', {bound[0].Runs} × {AdviceText.Duration(bound[0].Picoseconds)}. {advice}", saved)
        {
            Also = places.Skip(1).ToEquatable(),
        };
    }
}
