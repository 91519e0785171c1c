using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>The ranks that exchange rows lie on both sides of links that are much slower than those inside, and a mesh or placement that keeps them inside is faster.</summary>
public sealed class ExpertsAcrossSlowLinks : AdviceRule
{
    const string MostRatio = "most_bandwidth_ratio", LeastSaving = "least_saving_percent";

    public override RuleInfo Info { get; } = new("SHW4002", "Expert groups span slow links", RuleSeverity.Warning)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(MostRatio, 0.25, 0, 1), new RuleOption(LeastSaving, 1, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var (machine, placement) = (study.Machine, study.Estimate.Costs.Placement);
        int level = Links.Outermost(placement.Shape(machine, CollectiveGroup.ExpertPeers));
        if (level < 1 || study.Statements.FirstOrDefault(s => ExposedAllToAll.IsExchange(s.Cost.Op)) is not { } exchange)
            yield break;
        double slow = Links.BytesPerSecond(machine, level), fast = Links.BytesPerSecond(machine, level - 1);
        if (slow / fast >= study.Option(Info, MostRatio))
            yield break;
        double least = study.Option(Info, LeastSaving);
        string what = $"The {placement.Expert} ranks that hold the experts together span {Links.Units(machine, level)}: a rank sends {AdviceText.Number(slow / 1e9)} GB/s between them and {AdviceText.Number(fast / 1e9)} GB/s inside one";
        if (Turned(study, level) is { } saved && saved > 0 && saved >= study.Step * least / 100)
            yield return new(Info, study.Mesh, $"{what}, because ShardwrightPlacement is '{(placement.ExpertInnermost ? "expert" : "data")}'. Without that property, or with the other value, the step {study.Saves(saved)}", saved) { Also = EquatableArray.Of(exchange.At) };
        else if (study.FasterMesh(least, m => Links.Outermost(m.Peers(machine)) < level) is { } better)
            yield return new(Info, study.Mesh,
                $"{what}. [{better.Mesh}] keeps every expert group inside, needs {AdviceText.Bytes(better.Plan.PeakBytes)} a rank in place of {AdviceText.Bytes(study.PeakBytes)}, and {study.Saves(better.Saved)}"
                + (study.IsMeshOverridden ? ". The build property ShardwrightMesh sets the mesh" : ""), better.Saved)
            {
                Also = EquatableArray.Of(exchange.At),
                Fixes = MeshFix.Of(study.Linked, better.Mesh.Data, better.Mesh.Expert),
            };
    }

    /// <summary>What the step saves when the build no longer says which ranks are neighbours and the other way keeps the groups inside; null where it says nothing, or the other way does not.</summary>
    static long? Turned(ModelStudy study, int level)
    {
        var placement = study.Estimate.Costs.Placement;
        if (study.Linked.Options.ExpertInnermost is null || placement.Expert == placement.Data)
            return null;
        var other = placement with { ExpertInnermost = !placement.ExpertInnermost };
        return Links.Outermost(other.Shape(study.Machine, CollectiveGroup.ExpertPeers)) >= level ? null
            : study.Step - study.With(linked => linked with { Options = linked.Options with { ExpertInnermost = null } })?.Estimate!.Summary.Picoseconds;
    }
}
