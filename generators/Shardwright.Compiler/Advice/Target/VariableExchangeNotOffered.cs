using Shardwright.Compiler.Advice.Routing;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Target;

/// <summary>All-to-all-v between ranks where the target documents none (<see cref="AllToAllLegality"/>).</summary>
public sealed class VariableExchangeNotOffered : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW6001", "The target has no all-to-all-v between these ranks", RuleSeverity.Warning);

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        var peers = DeclaredGroup.Peers(study);
        if (peers.Size < 2 || AllToAllLegality.WhyNotVariable(study.Machine, peers) is not { } reason)
            yield break;
        var allowed = AllToAllLegality.Choose(study.Machine, peers);
        foreach (var group in DeclaredGroup.All(study).Where(g => g.Site.Dispatch is "Variable" or "Once"))
        {
            string cost = Instead(study, group, allowed) is { } step ? $": {AdviceText.Duration(step)} a step, where all-to-all-v was planned with {AdviceText.Duration(study.Step)}" : "";
            yield return new(Info, group.At,
                $"'{group.Site.Path}' exchanges rows by all-to-all-v over {peers.Size} ranks, which {study.Machine.Name} does not offer there: {reason}. Dispatch.Auto takes what it offers, {DeclaredGroup.Describe(allowed.ToString())}{cost}")
            {
                Fixes = EquatableArray.Of(new Fix("Use Dispatch.Auto", EquatableArray.Of(new Edit(EditKind.AttributeArgument, group.At, "Experts.Dispatch = Dispatch.Auto")))),
            };
        }
    }

    /// <summary>Time of the step with the lowering that is offered. Equal blocks change how long the exchange takes and nothing else, so that walking the step again is enough; most models on Trainium come here, at every key.</summary>
    static long? Instead(ModelStudy study, DeclaredGroup group, RowExchange allowed) => allowed == RowExchange.Padded && group.Site.Dispatch == "Variable"
        ? study.Retime(op => op.Site == group.Site.Index && op.Collective is { Exchange: RowExchange.Variable } rows ? op with { Collective = rows with { Exchange = RowExchange.Padded } } : op)
        : study.With(group.With(member => member with { Dispatch = "Auto" }))?.Estimate!.Summary.Picoseconds;
}
