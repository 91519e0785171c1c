using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>y = (x − mean) / √(variance + ε) · gain + bias over the last dimension; keeps mean and inverse deviation.</summary>
public sealed record LayerNorm(double Epsilon) : Op
{
    public override string Name => "Nn.LayerNorm";

    public override bool IsStatistic(int output) => output > 0;

    public override void InferShapes(Node node, ShapeReport report)
    {
        Value x = node.Input(0), gain = node.Input(1), bias = node.Input(2);
        if (!report.Require(x.Type.Rank >= 1 && gain.Type.Rank == 1 && gain.Type.Last == x.Type.Last && bias.Type.Shape == gain.Type.Shape, node, () =>
            $"Nn.LayerNorm: the last dimension is {x.Type.Last} on '{x.Name}' {x.Type} but the gain '{gain.Name}' is {gain.Type} and the bias '{bias.Name}' is {bias.Type}; need both [{x.Type.Last}]"))
            return;
        node.Output.Type = x.Type;
        node.Outputs[1].Type = node.Outputs[2].Type = x.Type.WithShape(x.Type.Shape.Take(x.Type.Rank - 1));
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value x = node.Input(0), gain = node.Input(1), mean = node.Outputs[1], inverse = node.Outputs[2], dy = gradients.Of(node.Output)!;
        gradients.Emit(new LayerNormGradient(), x, [x, gain, mean, inverse, dy]);
        gradients.Emit(new LayerNormGainGradient(), gain, [x, mean, inverse, dy]);
        gradients.Emit(new SumTokens(node.Input(2).Type), node.Input(2), [dy]);
    }

    // Statistics and scaling on the vector engine; one root a row on the scalar engine.
    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 4) with { ScalarElements = cost.Elements(node.Outputs[2]) };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "LayerNorm", [.. node.Inputs, .. node.Outputs], ("rows", print.Rows(node.Output)), ("columns", node.Output.Type.Last), ("epsilon", StatementPrinter.Number(Epsilon)));
}

public sealed record LayerNormGradient : Op
{
    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type;

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 6);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "LayerNormGradient", [.. node.Inputs, node.Output], ("rows", print.Rows(node.Output)), ("columns", node.Output.Type.Last));
}

public sealed record LayerNormGainGradient : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([node.Input(0).Type.Last]), RowKind.None);

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 4);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "LayerNormGainGradient", [.. node.Inputs, node.Output], ("sequences", print.Segments(node.Input(0))), ("columns", node.Output.Type.Last));
}
