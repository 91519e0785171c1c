using Shardwright.Compiler.Advice.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Sharding;

/// <summary>Every rank gathers all rows and keeps its own, where the target would exchange what each needs.</summary>
public sealed class GatheredDispatch : AdviceRule
{
    const string LeastSaving = "least_saving_percent";

    public override RuleInfo Info { get; } = new("SHW2007", "All rows are gathered and most thrown away", RuleSeverity.Warning) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastSaving, 1, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var peers = DeclaredGroup.Peers(study);
        var allowed = AllToAllLegality.Choose(study.Machine, peers);
        if (peers.Size < 2 || allowed == RowExchange.Gathered)
            yield break;
        foreach (var group in DeclaredGroup.All(study).Where(g => g.Member.Dispatch == "Gathered"))
        {
            if (study.With(group.With(member => member with { Dispatch = "Auto" })) is not { } plan)
                continue;
            long saved = study.Step - plan.Estimate!.Summary.Picoseconds;
            if (saved <= 0 || saved < study.Step * study.Option(Info, LeastSaving) / 100)
                continue;
            long sent = study.Plan.Step!.Program.Sites[group.Site.Index].Copies;
            yield return new(Info, group.At,
                $"'{group.Site.Path}' gathers the rows of all {peers.Size} ranks on each of them, {AdviceText.Number(sent * (double)peers.Size)} rows, and keeps {AdviceText.Number(sent)} at even load. {study.Machine.Name} offers {DeclaredGroup.Describe(allowed.ToString())} between them: "
                + $"Dispatch.Auto {study.Saves(saved)}, with the same bits", saved)
            {
                Fixes = EquatableArray.Of(new Fix("Use Dispatch.Auto", EquatableArray.Of(new Edit(EditKind.AttributeArgument, group.At, "Experts.Dispatch = Dispatch.Auto")))),
            };
        }
    }
}
