using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Cost;

/// <summary>The second half of the ranks brings little: the same batch on half of them is not twice as slow.</summary>
public sealed class ScalingEfficiency : AdviceRule
{
    const string LeastEfficiency = "least_efficiency_percent", LeastInstances = "least_instances";

    public override RuleInfo Info { get; } = new("SHW7102", "Half of the ranks bring little", RuleSeverity.Info)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastEfficiency, 70, 0, 100), new RuleOption(LeastInstances, 2, 1, 1_000_000)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var (mesh, machine) = (study.Plan.Mesh, study.Machine);
        // Whole instances are rented: within one, fewer ranks cost the same.
        if (mesh.Data % 2 != 0 || mesh.Data < study.Option(Info, LeastInstances) * machine.RanksPerInstance || mesh.Data == 1)
            yield break;
        int data = mesh.Data / 2, expert = data % mesh.Expert == 0 ? mesh.Expert : mesh.Expert / 2;
        if (data % expert != 0 || study.With(linked => ModelStudy.WithMesh(linked, data, expert)) is not { } half || half.PeakBytes > machine.Rank.HbmBytes)
            yield break;
        var (all, less) = (study.Estimate.Summary, half.Estimate!.Summary);
        double efficiency = less.Picoseconds / 2.0 / study.Step;
        if (efficiency * 100 >= study.Option(Info, LeastEfficiency) || all.Cost is null || less.Cost is null)
            yield break;
        yield return new(Info, study.Mesh,
            $"The same batch takes {AdviceText.Duration(study.Step)} a step on {mesh.Data} ranks and {AdviceText.Duration(less.Picoseconds)} on {data} (Expert = {expert}): the second half of the ranks works at a scaling efficiency of {AdviceText.Percent(efficiency)}. "
            + $"{Price(mesh.Data, all.Cost)}. {Price(data, less.Cost)} ({study.Target}). A rank has {AdviceText.Number((double)study.Plan.Batch / mesh.Data)} sequences in a micro-batch: a larger Batch, or fewer ranks, uses them better");
    }

    static string Price(int ranks, StepCost cost) =>
        $"On {ranks} ranks a million tokens take {AdviceText.Number(cost.FacilityJoules * 1e6 / cost.Tokens)} J{(cost.Dollars is { } dollars ? $" and {AdviceText.Number(dollars * 1e6 / cost.Tokens)} US$" : "")}";
}
