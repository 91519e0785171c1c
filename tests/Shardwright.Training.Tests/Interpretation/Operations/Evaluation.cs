using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;

namespace Shardwright.Training.Tests.Interpretation.Operations;

/// <summary>The table of all ops that compute tensors from tensors.</summary>
internal static class Evaluation
{
    public static DoubleTensor[] Of(Node node, DoubleTensor[] x, ProgramInputs inputs) => node.Op switch
    {
        Add => [Pointwise.Broadcast(x[0], x[1], (a, b) => a + b)],
        Subtract => [Pointwise.Broadcast(x[0], x[1], (a, b) => a - b)],
        Multiply => [Pointwise.Broadcast(x[0], x[1], (a, b) => a * b)],
        Divide => [Pointwise.Broadcast(x[0], x[1], (a, b) => a / b)],
        Scale op => [x[0].Map(a => op.Factor * a)],
        Shift op => [x[0].Map(a => a + op.Constant)],
        Activation op => [x[0].Map(Pointwise.Function(op.Function))],
        ActivationGradient op => [x[0].Zip(x[1], (saved, dy) => Pointwise.Derivative(op.Function, saved) * dy)],
        Copy or Accumulate or AllReduce or GatherCounts or Compiler.Ops.Routing.Dispatch or Return => [x[0]],
        Zero => [new DoubleTensor(Shape(node, x))],
        Fill op => [new DoubleTensor(Shape(node, x)).Map(_ => Losses.Number(op.Factor, inputs) * (x.Length > 0 ? x[0].Data[0] : 1))],

        SiluGate => [Pointwise.SiluGate(x[0], x[1])],
        SiluGateGradient => Pointwise.SiluGateGradient(x[0], x[1], x[2]),
        MatMul op => Products.Fused(op, x),
        MatMulGradient => [Products.Gradient(x[0], x[1])],
        BatchMatMul op => [Products.Batched(x[0], x[1], op.TransposeA, op.TransposeB)],
        Embed => [Columns.Embed(x[0], x[1])],
        EmbedGradient op => [Columns.EmbedGradient(x[0], x[1], op.Vocabulary)],

        Reshape => [new(Shape(node, x), x[0].Data)],
        Transpose => [Columns.Transpose(x[0])],
        TakeColumns op => [Columns.Take(x[0], op.Offset, node.Output.Type.Last)],
        PlaceColumns op => [Columns.Place(x[0], op.Offset, op.Width)],
        Concat => [Columns.Concat(x[0], x[1])],

        Softmax => [Norms.Softmax(x[0])],
        SoftmaxGradient => [Norms.SoftmaxGradient(x[0], x[1])],
        RmsNorm op => Norms.RmsNorm(x[0], x[1], op.Epsilon),
        RmsNormGradient => [Norms.RmsNormGradient(x[0], x[1], x[2], x[3])],
        RmsNormGainGradient => [Norms.GainGradient(x[0], null, x[1], x[2])],
        LayerNorm op => Norms.LayerNorm(x[0], x[1], x[2], op.Epsilon),
        LayerNormGradient => [Norms.LayerNormGradient(x[0], x[1], x[2], x[3], x[4])],
        LayerNormGainGradient => [Norms.GainGradient(x[0], x[1], x[2], x[3])],

        Rope op => [Attention.Rope(x[0], op.Heads, op.Theta, op.Backward)],
        CausalAttention op => Attention.Causal(x[0], x[1], x[2], op.Heads),
        CausalAttentionGradient op => Attention.CausalGradient(x[0], x[1], x[2], x[5], op.Heads),

        Sum => [DoubleTensor.Scalar(x[0].Data.Sum()), Losses.SumColumns(x[0], [.. node.Outputs[1].Type.Shape])],
        SumTokens op => [Losses.SumTokens(x[0], [.. op.Result.Shape])],
        SumColumns => [Losses.SumColumns(x[0], Shape(node, x))],
        Average => [x[0].Map(a => a / node.Denominator)],
        DivideByLossDenominator => [x[0].Map(a => a / inputs.LossDenominator)],
        CrossEntropy => Losses.CrossEntropy(x[0], x[1], x.Length > 2 ? x[2] : null),
        CrossEntropyGradient op => [Losses.CrossEntropyGradient(x[0], x[2], op.Weighted ? x[3] : null, op.Scale is { } scale ? Losses.Number(scale, inputs) : x[^1].Data[0])],

        SinkhornKeys op => [RouterReference.Sinkhorn(op.Site, x[0])],
        QuantileBias op => [RouterReference.QuantileBias(op.Site, x[0], x[1].Data)],
        Permute op => [Routings.Permute(x[0], x[1], op.Site.TopK)],
        PermuteGradient op => [Routings.PermuteGradient(x[0], x[1], op.Site.TopK, Shape(node, x))],
        Combine { Residual: true } op => [Routings.Combine(x[0], x[1], x[2], op.Site.TopK).Zip(x[3], (a, b) => a + b)],
        Combine op => [Routings.Combine(x[0], x[1], x[2], op.Site.TopK)],
        CombineGradient op => Routings.CombineGradient(x[0], x[1], x[2], x[3], op.Site.TopK),
        RouteGradient op => [RouterReference.Gradient(op.Site, x[0], x[1], x[2], x[3])],
        _ => throw new NotSupportedException($"{node.Op.Name} has no reference form."),
    };

    /// <summary>The output's shape; routed rows are as many as the operands have.</summary>
    private static int[] Shape(Node node, DoubleTensor[] x)
    {
        int[] shape = [.. node.Output.Type.Shape];
        if (node.Output.Type.Rows == RowKind.Routed)
            shape[0] = x.Length > 0 ? x[0].Shape[0] : throw new NotSupportedException($"{node.Op.Name} of routed rows needs an operand that has them.");
        return shape;
    }
}
