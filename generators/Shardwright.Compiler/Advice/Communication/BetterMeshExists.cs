using System.Globalization;
using Shardwright.Compiler.Cost;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Communication;

/// <summary>Another mesh of as many ranks takes less time: all legal ones are timed, the winner is planned in full.</summary>
public sealed class BetterMeshExists : AdviceRule
{
    const string LeastSaving = "least_saving_percent", OtherRanks = "other_ranks";

    public override RuleInfo Info { get; } = new("SHW4008", "A better mesh exists", RuleSeverity.Warning)
    {
        IsPerformance = true,
        Options = EquatableArray.Of(new RuleOption(LeastSaving, 3, 0, 100), new RuleOption(OtherRanks, 0, 0, 1)),
    };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var mesh = study.Plan.Mesh;
        // One rank has one mesh, and without experts no axis is left to choose.
        if (mesh.Data == 1 || study.Plan.Sites.Count == 0 || study.FasterMesh(study.Option(Info, LeastSaving)) is not { } better)
            yield break;
        string source = study.IsMeshOverridden ? "the mesh of the build property ShardwrightMesh" : study.Linked.Model.Options!.MeshSite < 0 ? "the model without [Mesh]" : "this mesh";
        yield return new(Info, study.Mesh,
            $"A step takes {AdviceText.Duration(study.Step)} on {source} ({study.Estimate.Costs.Placement}) and {AdviceText.Duration(study.Step - better.Saved)} with [{better.Mesh}] ({better.Plan.Estimate!.Costs.Placement}), the fastest that fits of the {study.Meshes.Count} meshes of {mesh.Data} ranks: "
            + $"it needs {AdviceText.Bytes(better.Plan.PeakBytes)} a rank in place of {AdviceText.Bytes(study.PeakBytes)}, and {study.Saves(better.Saved)}{(study.Option(Info, OtherRanks) > 0 ? Scaled(study) : "")}", better.Saved)
        {
            Fixes = MeshFix.Of(study.Linked, better.Mesh.Data, better.Mesh.Expert),
        };
    }

    /// <summary>The fastest meshes of half and twice the ranks, each rank with as many tokens as now.</summary>
    static string Scaled(ModelStudy study)
    {
        var document = DocumentOf.Plan(study.Linked, study.Plan);
        int most = study.Machine.Levels.Any(level => level.Units == 0) ? int.MaxValue : study.Machine.Levels.Aggregate(1, (product, level) => product * level.Units);
        var lines = new List<string>();
        foreach (int data in new[] { study.Plan.Mesh.Data / 2, study.Plan.Mesh.Data * 2 }.Where(data => data > 1 && data <= most))
        {
            int largest = MeshChoice.Largest(document.Program, data);
            var best = Enumerable.Range(1, largest).Where(expert => largest % expert == 0).SelectMany(expert => MeshChoice.Placements(new(data, expert)))
                .Where(placement => ScaleMemory.Of(document, placement).Peak <= study.Machine.Rank.HbmBytes)
                .Select(placement => (placement, Time: ProgramWalk.Balanced(new ProgramCosts(MeshProgram.Of(document, placement), study.Machine, placement)).Now)).OrderBy(walk => walk.Time).ToList();
            if (best.Count > 0)
                lines.Add(string.Format(CultureInfo.InvariantCulture, "on {0} ranks the fastest is Data = {0}, Expert = {1}, with {2} a step", data, best[0].placement.Expert, AdviceText.Duration(best[0].Time)));
        }
        return lines.Count == 0 ? "" : ". With as many tokens a rank, " + string.Join(", ", lines);
    }
}
