using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>An expert group lies on a long ring of a torus, whose busiest link carries a share of an all-to-all that grows with the ring's length, and a mesh with shorter rings is faster.</summary>
public sealed class LongTorusRing : AdviceRule
{
    const string MostUnits = "most_units", LeastSaving = "least_saving_percent";

    public override RuleInfo Info { get; } = new("SHW4003", "Expert groups lie on a long torus ring", RuleSeverity.Warning)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(MostUnits, 4, 1, 1_000_000), new RuleOption(LeastSaving, 1, 0, 100)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var machine = study.Machine;
        double most = study.Option(Info, MostUnits);
        var ring = Links.LongestRing(machine, study.Estimate.Costs.Shape(CollectiveGroup.ExpertPeers));
        if (ring.Units <= most || study.Statements.FirstOrDefault(s => ExposedAllToAll.IsExchange(s.Cost.Op)) is not { } exchange)
            yield break;
        if (study.FasterMesh(study.Option(Info, LeastSaving), m => Links.LongestRing(machine, m.Peers(machine)).Units <= most) is not { } better)
            yield break;
        var level = machine.Levels[ring.Level];
        int units = Links.LongestRing(machine, better.Mesh.Peers(machine)).Units;
        yield return new(Info, study.Mesh,
            $"The {study.Plan.Mesh.Expert} ranks that hold the experts together lie on {ring.Units} {Links.Units(machine, ring.Level)} in a row of the {string.Join(" × ", level.Dimensions)} torus. An all-to-all takes time in proportion to the longest row: its busiest link carries "
            + $"{ring.Units}/8 of a rank's send buffer around a ring, twice that along a line. [{better.Mesh}] has rows of {Math.Max(1, units)}, needs {AdviceText.Bytes(better.Plan.PeakBytes)} a rank in place of {AdviceText.Bytes(study.PeakBytes)}, and {study.Saves(better.Saved)}"
            + (study.IsMeshOverridden ? ". The build property ShardwrightMesh sets the mesh" : ""), better.Saved)
        {
            Also = EquatableArray.Of(exchange.At),
            Fixes = MeshFix.Of(study.Linked, better.Mesh.Data, better.Mesh.Expert),
        };
    }
}
