using Shardwright.Compiler.Modules;

namespace Shardwright.Compiler.Advice.Routing;

/// <summary>A router of many experts that nothing keeps from sending all tokens to a few. An explicit <c>BalanceLoss = 0</c> is a decision.</summary>
public sealed class NoBalancing : AdviceRule
{
    const string MostExperts = "most_experts";
    const float Usual = 0.01f;

    public override RuleInfo Info { get; } = new("SHW5003", "Nothing balances the experts", RuleSeverity.Warning) { Options = EquatableArray.Of(new RuleOption(MostExperts, 8, 1, 1e6)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        foreach (var group in DeclaredGroup.All(study).Where(g => !g.Member.Frozen && g.Site.Experts > study.Option(Info, MostExperts) && !g.Site.Router.HasBias && g.Site.Router.SinkhornIterations == 0 && g.Member.Settings.All(s => s.Name != "BalanceLoss")))
        {
            long routed = study.OfAllParts.Where(s => s.Cost.Op.Site == group.Site.Index).Sum(s => s.Picoseconds);
            var balanced = study.With(group.With(member => member with { Settings = member.Settings.Append(new Setting("BalanceLoss", new Literal(-1, Usual))).ToEquatable() }));
            string cost = balanced is null ? "" : $"; the balance loss makes it {AdviceText.Duration(balanced.Estimate!.Summary.Picoseconds - study.Step)} longer";
            yield return new(Info, group.At,
                $"'{group.Site.Path}' routes to {group.Site.Experts} experts and nothing balances them: a router that is left alone soon prefers a few, and the busiest rank is the step. "
                + $"Its exchange and its experts take {AdviceText.Duration(routed)} of {AdviceText.Duration(study.Step)} a step at even load on {study.Target}, and in proportion to the busiest rank's load otherwise (max ÷ mean of 3 is usual){cost}. Set BalanceLoss, 0.01 to begin with, or BiasRate, 0.001")
            {
                Fixes = EquatableArray.Of(new Fix("Add BalanceLoss = 0.01f", EquatableArray.Of(new Edit(EditKind.Initializer, group.At, "BalanceLoss = 0.01f")))),
            };
        }
    }
}
