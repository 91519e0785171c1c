using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Advice.Memory;

/// <summary>A model in float32 on a target whose products run faster in bfloat16: the change is costed by compiling the model with it.</summary>
public sealed class Float32WhereBFloat16Serves : AdviceRule
{
    const string LeastSaving = "least_saving_percent";

    public override RuleInfo Info { get; } = new("SHW3011", "Float32 where bfloat16 serves", RuleSeverity.Info) { IsPerformance = true, Options = EquatableArray.Of(new RuleOption(LeastSaving, 5, 0, 100)) };

    public override IEnumerable<Finding> Find(ModelStudy study)
    {
        if (InBFloat16(study) is not { } plan)
            yield break;
        long saved = study.Step - plan.Estimate!.Summary.Picoseconds, bytes = study.PeakBytes - plan.PeakBytes;
        if (saved < study.Step * study.Option(Info, LeastSaving) / 100)
            yield break;
        yield return new(Info, study.Model,
            $"{study.Linked.Model.Options!.ClassName} multiplies in float32. In bfloat16, with sums, weights and the optimizer's state still in float32, it {study.Saves(saved)}, and a rank needs {AdviceText.Bytes(bytes)} less of {AdviceText.Bytes(study.PeakBytes)}. "
            + "Put [Precision(NumberFormat.BFloat16)] on the class", saved)
        {
            Fixes = EquatableArray.Of(Fix(study)),
        };
    }

    /// <summary>The model with all products in bfloat16; null where someone chose a format anywhere: that is a decision, and this rule is for those who chose none.</summary>
    internal static ModelPlan? InBFloat16(ModelStudy study) =>
        study.Linked.Modules.Any(m => m.Precision is not null || m.Members.Any(member => member.Precision is not null)) ? null : study.With(InBFloat16);

    /// <summary>The attribute that does so.</summary>
    internal static Fix Fix(ModelStudy study) => new("Multiply in bfloat16", EquatableArray.Of(new Edit(EditKind.Attribute, study.Model, "Precision(NumberFormat.BFloat16)")));

    static LinkedModel InBFloat16(LinkedModel linked) => ModelStudy.WithModel(linked, model => model with { Precision = new PrecisionOption(nameof(NumberFormat.BFloat16), Stochastic: false) });
}
