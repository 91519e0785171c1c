namespace Shardwright.Compiler.Advice.Routing;

/// <summary>A placement that replicates experts, on experts that run one by one: a replica is one more matrix of the products that take all experts of a rank at once.</summary>
public sealed class ExpertsStayHome : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW5005", "Experts that run one by one stay at home", RuleSeverity.Warning);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        int peers = study.Plan.Mesh.Expert;
        if (peers == 1)
            yield break;
        foreach (var group in DeclaredGroup.All(study).Where(g => g.Member.Placement is "Adaptive" or "Exact" or "Auto" && study.Plan.PlacementOf(g.Site) is null))
        {
            if (OneByOne.Cause(study, group.Site) is not { } cause)
                continue;
            var rows = study.Plan.Step!.Program.Sites[group.Site.Index].RowsOver(peers);
            yield return new(Info, group.At,
                $"'{group.Site.Path}' has Placement.{group.Member.Placement}, but no expert is replicated: they run one by one, because {OneByOne.Because(cause)}. "
                + $"A rank receives up to {AdviceText.Number(rows.Copies)} rows in a layer instead of {AdviceText.Number(rows.Even)}. {(cause.Precision.Stochastic ? "Round to nearest" : "Leave it out of the expert")}, or say Placement.Static")
            {
                Also = EquatableArray.Of(Cause.Of(cause.Source)),
            };
        }
    }
}
