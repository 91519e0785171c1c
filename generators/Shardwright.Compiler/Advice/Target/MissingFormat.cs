using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Advice.Target;

/// <summary>A <c>[Precision]</c> in an 8-bit format that the target's products do not take.</summary>
public sealed class MissingFormat : AdviceRule
{
    public override RuleInfo Info { get; } = new("SHW6003", "The target lacks a number format", RuleSeverity.Warning);

    public override IEnumerable<Finding> Find(ModelStudy study) => from module in study.Linked.Modules
                                                                   from annotated in module.Members.Select(m => m.Precision).Prepend(module.Precision)
                                                                   where annotated is not null
                                                                   let finding = Find(study, module, annotated)
                                                                   where finding is not null
                                                                   select finding;

    Finding? Find(ModelStudy study, ModuleGraph module, PrecisionOption option)
    {
        if (Precision.Of(option) is not { IsEightBit: true } precision)
            return null;
        var machine = study.Machine;
        bool eightBit = machine.Rank.HasFormat[(int)OperandFormat.Float8];
        if (eightBit && machine.HasFloat8[(int)Kind(precision.Format)])
            return null;
        var instead = eightBit ? new[] { NumberFormat.Float8E4M3Fn, NumberFormat.Float8E4M3 }.Cast<NumberFormat?>().FirstOrDefault(f => machine.HasFloat8[(int)Kind(f!.Value)]) ?? NumberFormat.BFloat16 : NumberFormat.BFloat16;
        string rate(OperandFormat format) => AdviceText.Number(machine.Rank.TensorFlops[(int)format] / 1e12) + " TFLOP/s a rank";
        string happens = eightBit
            ? $"its compiler refuses it, or widens the operands to bfloat16, at {rate(OperandFormat.BFloat16)} where 8 bits run at {rate(OperandFormat.Float8)}"
            : $"it has no 8-bit products at all, so operands are widened to bfloat16 and gain nothing, at {rate(OperandFormat.BFloat16)}";
        bool isOwn = option.Site >= 0;
        string replacement = $"Precision(NumberFormat.{instead}{(precision.Stochastic ? ", Stochastic = true" : "")})";
        return new(Info, new(module.Type, option.Site), $"{study.Machine.Name} does not take {precision.Format} operands: {happens}. Use {instead}{(isOwn ? "" : " in ShardwrightPrecision, which set it")}")
        {
            Fixes = isOwn ? EquatableArray.Of(new Fix($"Use {instead}", EquatableArray.Of(new Edit(EditKind.Attribute, new(module.Type, option.Site), replacement)))) : default,
        };
    }

    static Float8Kind Kind(NumberFormat format) => format switch
    {
        NumberFormat.Float8E4M3 => Float8Kind.E4M3,
        NumberFormat.Float8E4M3Fn => Float8Kind.E4M3Fn,
        _ => Float8Kind.E5M2,
    };
}
