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
        yield return new(Info, study.OfAllParts.FirstOrDefault(s => s.Index == collective.Op.Index)?.At ?? study.Mesh,
            $"{AdviceText.Duration(study.Estimate.Clock.Exposed)} of a step's {AdviceText.Duration(study.Step)} is communication that nothing hides, and part of it has work behind it that does not need its result: "
            + $"behind '{collective.Op.Name}', {collective.Runs} × {AdviceText.Duration(collective.Picoseconds)}, {string.Join(", ", moved.Take(3).Select(op => $"'{op.Name}'"))}{(moved.Count > 3 ? $" and {moved.Count - 3} more" : "")} could run. "
            + $"In that order, for {order.Moved.Count} collectives, the step {study.Saves(saved)}. The order is the compiler's, and no pass moves these statements yet", saved)
        {
            Also = order.Moved.Select(m => study.OfAllParts.FirstOrDefault(s => s.Index == m.Collective.Op.Index)?.At).OfType<Cause>().Distinct().ToEquatable(),
            IsForReport = true,
        };
    }
}
