using Shardwright.Compiler.Advice.Sharding;

namespace Shardwright.Compiler.Advice.Target;

/// <summary>A mesh whose ranks do not fill their chips: the other cores are rented and idle. A model without a mesh, or of one rank, has not been sized yet, and a mesh of a build property is a question.</summary>
public sealed class IdleRanks : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW6004", "Ranks do not fill their chips", RuleSeverity.Warning);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        int data = study.Plan.Mesh.Data, perChip = study.Machine.RanksPerChip, chips = study.Estimate.Summary.Chips, idle = chips * perChip - data;
        if (idle == 0 || data == 1 || study.IsMeshOverridden || study.Linked.Model.Options!.MeshSite < 0)
            yield break;
        string what = $"Data = {data} leaves {idle} of the {chips * perChip} ranks of {chips} {study.Machine.Chip} idle ({AdviceText.Percent((double)idle / (chips * perChip))}), and chips are paid for whole";
        var full = LegalMeshes.Of(study.Linked)?.All().Where(m => m.Data % perChip == 0 && m.Data > data).OrderBy(m => m.Data).ThenByDescending(m => m.Expert == study.Plan.Mesh.Expert).ThenByDescending(m => m.Expert).FirstOrDefault();
        if (full is null || study.With(linked => ModelStudy.WithMesh(linked, full.Data, full.Expert)) is not { } plan)
        {
            yield return new(Info, study.Mesh, $"{what}. No larger mesh that fills chips divides the batch of {study.Plan.Batch}: take a multiple of {perChip} for Data, and a batch that it divides");
            yield break;
        }
        long saved = study.Step - plan.Estimate!.Summary.Picoseconds;
        string dollars = study.Estimate.Summary.Cost?.DollarsPerBillionTokens is { } now && plan.Estimate.Summary.Cost?.DollarsPerBillionTokens is { } then
            ? $", ${AdviceText.Number(then)} instead of ${AdviceText.Number(now)} for a billion tokens" : "";
        yield return new(Info, study.Mesh, $"{what}. [Mesh({MeshFix.Arguments(full.Data, full.Expert)})] {(saved > 0 ? study.Saves(saved) : $"takes {AdviceText.Duration(plan.Estimate.Summary.Picoseconds)} instead of {AdviceText.Duration(study.Step)} a step")}{dollars}", Math.Max(0, saved))
        {
            Fixes = MeshFix.Of(study.Linked, full.Data, full.Expert),
        };
    }
}
