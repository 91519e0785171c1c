using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>y = x / √(mean(x²) + ε) · gain over the last dimension; keeps the inverse root for the backward pass.</summary>
public sealed record RmsNorm(double Epsilon) : Op
{
    public override string Name => "Nn.RmsNorm";

    public override bool IsStatistic(int output) => output == 1;

    public override void InferShapes(Node node, ShapeReport report)
    {
        Value x = node.Input(0), gain = node.Input(1);
        if (!report.Require(x.Type.Rank >= 1 && gain.Type.Rank == 1 && gain.Type.Last == x.Type.Last, node, () =>
            $"Nn.RmsNorm: the last dimension is {x.Type.Last} on '{x.Name}' {x.Type} but the gain '{gain.Name}' is {gain.Type}; need a gain [{x.Type.Last}]"))
            return;
        node.Output.Type = x.Type;
        node.Outputs[1].Type = x.Type.WithShape(x.Type.Shape.Take(x.Type.Rank - 1));
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value x = node.Input(0), gain = node.Input(1), inverseRms = node.Outputs[1], dy = gradients.Of(node.Output)!;
        gradients.Emit(new RmsNormGradient(), x, [x, gain, inverseRms, dy]);
        gradients.Emit(new RmsNormGainGradient(), gain, [x, inverseRms, dy]);
    }

    // Statistics and scaling on the vector engine; one root a row on the scalar engine.
    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 3) with { ScalarElements = cost.Elements(node.Outputs[1]) };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "RmsNorm", [node.Input(0), node.Input(1), node.Output, node.Outputs[1]],
            ("rows", print.Rows(node.Output)), ("columns", node.Output.Type.Last), ("epsilon", StatementPrinter.Number(Epsilon)));
}

public sealed record RmsNormGradient : Op
{
    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type;

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 5);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "RmsNormGradient", [.. node.Inputs, node.Output], ("rows", print.Rows(node.Output)), ("columns", node.Output.Type.Last));
}

public sealed record RmsNormGainGradient : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([node.Input(0).Type.Last]), RowKind.None);

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 3);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "RmsNormGainGradient", [.. node.Inputs, node.Output], ("sequences", print.Segments(node.Input(0))), ("columns", node.Output.Type.Last));
}
