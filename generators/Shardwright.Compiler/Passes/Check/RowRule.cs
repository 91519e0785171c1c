using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Compiler.Passes.Check;

/// <summary>
/// What an op's arithmetic says about rows, dimension 0: which operands have an element a row (the others are whole on every rank), and which results have, or are sums over rows. Written down here once more, op by op and without asking
/// <see cref="Op.Place"/> or <see cref="TensorType.Rows"/>, because <see cref="CheckShards"/> proves what was derived from those.
/// </summary>
/// <param name="Rows">For every operand, whether it has rows.</param>
/// <param name="Sums">For every result, whether it is a sum over rows.</param>
/// <param name="AlongLast">The op mixes elements of the last dimension, which must then not be the rows.</param>
public sealed record RowRule(bool[] Rows, bool[] Sums, bool AlongLast)
{
    /// <summary>The rule of a statement; null where <see cref="CheckShards"/> has a case of its own, or no rule is known.</summary>
    public static RowRule? Of(Node node) => node.Op switch
    {
        Add or Subtract or Multiply or Divide => Kept(node, v => Reaches(v.Type, node.Output.Type)),
        Scale or Shift or Activation or ActivationGradient or Copy or Accumulate or SiluGate or SiluGateGradient or Average or DivideByLossDenominator or Reshape => Kept(node),
        Softmax or SoftmaxGradient or TakeColumns or PlaceColumns or Concat or Rope or CausalAttention or CausalAttentionGradient or BatchMatMul or Transpose => Kept(node, alongLast: true),
        RmsNorm or LayerNorm => Kept(node, v => v == node.Input(0), alongLast: true),
        RmsNormGradient or LayerNormGradient => Kept(node, v => v != node.Input(1), alongLast: true),
        MatMul { Bias: true } => Kept(node, v => v != node.Input(1) && v != node.Input(2), alongLast: true),
        MatMul => Kept(node, v => v != node.Input(1), alongLast: true),
        Embed => Kept(node, v => v == node.Input(0)),
        SumColumns => node.Output.Type.Rank > 0 && node.Input(0).Type.Rank > 1 && node.Output.Type.Shape[0] == node.Input(0).Type.Shape[0] ? Kept(node) : Summed(node),
        MatMulGradient or EmbedGradient or SumTokens or RmsNormGainGradient or LayerNormGainGradient => Summed(node),
        QuantileBias => Summed(node) with { Rows = [true, false] },
        Sum or CrossEntropy => Summed(node) with { Sums = [true, false] },
        CrossEntropyGradient op => Kept(node, v => op.Scale is not null || v != node.Inputs[node.Inputs.Count - 1], alongLast: true),
        Permute or PermuteGradient or Combine or CombineGradient or RouteGradient or JitterLogits or SinkhornKeys => Kept(node, alongLast: true),
        _ => null,
    };

    /// <summary>A sum over split rows is partial; over the rows at the ranks of their experts, an expert's own.</summary>
    public static AtomState SumOver(AtomState rows) => rows.Layout switch
    {
        Layout.Sharded when rows.Dimension == 0 => AtomState.Partial,
        Layout.Routed => AtomState.Sharded(-1),
        _ => rows,
    };

    /// <summary>Whether an operand has the result's dimension 0, instead of being repeated along it.</summary>
    static bool Reaches(TensorType operand, TensorType full) => operand.Rank == full.Rank && (full.Rank == 0 || operand.Shape[0] == full.Shape[0]);

    static RowRule Kept(Node node, Func<Value, bool>? rows = null, bool alongLast = false) => new([.. node.Inputs.Select(rows ?? (_ => true))], new bool[node.Outputs.Count], alongLast);

    static RowRule Summed(Node node) => new([.. node.Inputs.Select(_ => true)], [.. node.Outputs.Select(_ => true)], false);
}
