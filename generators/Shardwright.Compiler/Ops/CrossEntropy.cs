using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>Σ weight · nll over this rank's tokens (partial over data), keeping each row's log-sum-exp. The global denominator is applied after the reduction.</summary>
public sealed record CrossEntropy : Op
{
    public override string Name => "Nn.CrossEntropy";

    public override bool IsRowWise => false;

    public override bool CanRecompute => false;

    public override bool IsStatistic(int output) => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        TensorType logits = node.Input(0).Type, targets = node.Input(1).Type;
        if (!report.Require(logits.Rank >= 2 && targets.Element == ElementType.Int32 && logits.Shape.Take(logits.Rank - 1).SequenceEqual(targets.Shape) && logits.Rows == RowKind.Sequence, node, () =>
            $"Nn.CrossEntropy: logits '{node.Input(0).Name}' are {logits} and targets '{node.Input(1).Name}' are {targets}; need logits […, classes] and integer targets […]"))
            return;
        if (node.Inputs.Count > 2 && !report.Require(node.Input(2).Type is { Element: ElementType.Float32 } weights && weights.Shape == targets.Shape && node.Input(2).Input is not null, node, () =>
            $"Nn.CrossEntropy: weights '{node.Input(2).Name}' are {node.Input(2).Type}; need an input of the method shaped like the targets {targets}, because the global denominator is counted before the step"))
            return;
        node.Output.Type = TensorType.Scalar;
        node.Outputs[1].Type = logits.WithShape(targets.Shape);
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        var constant = gradients.ConstantOf(node.Output);
        Value[] inputs = [node.Input(0), node.Outputs[1], .. node.Inputs.Skip(1)];
        gradients.Emit(new CrossEntropyGradient(constant, node.Inputs.Count > 2), node.Input(0), constant is null ? [.. inputs, gradients.Of(node.Output)!] : inputs);
    }

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 2, scalarPasses: 1);

    public override void Print(Node node, StatementPrinter print)
    {
        object weights = node.Inputs.Count > 2 ? node.Input(2) : "[]";
        print.Kernel(node, "CrossEntropy", [node.Input(0), node.Input(1), weights, node.Output, node.Outputs[1]],
            ("sequences", print.Segments(node.Input(0))), ("columns", node.Input(0).Type.Last));
    }
}

/// <summary>dlogits = scale · weight · (softmax − one-hot).</summary>
public sealed record CrossEntropyGradient(ScalarFactor? Scale, bool Weighted) : Op
{
    public override bool CanOverwrite(int input) => input == 0;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type;

    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 2, scalarPasses: 1);

    public override void Print(Node node, StatementPrinter print)
    {
        object weights = Weighted ? node.Input(3) : "[]";
        string scale = Scale is { } factor ? print.Factor(factor) : $"{print.Of(node.Inputs[node.Inputs.Count - 1])}[0]";
        print.Kernel(node, "CrossEntropyGradient", [node.Input(0), node.Input(1), node.Input(2), weights, node.Output],
            ("scale", scale), ("rows", print.Rows(node.Input(0))), ("columns", node.Output.Type.Last));
    }
}

/// <summary>Divides a reduced sum by the loss's global denominator, counted over all ranks and micro-batches before the step.</summary>
public sealed record DivideByLossDenominator : Unary
{
    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        if (gradients.ConstantOf(node.Output) is { OverLossDenominator: false } constant)
            gradients.PassConstant(node.Input(0), constant with { OverLossDenominator = true });
        else
            gradients.Emit(new DivideByLossDenominator(), node.Input(0), [gradients.Of(node.Output)!]);
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.Statement($"{print.Of(node.Output)}[0] = {print.Of(node.Input(0))}[0] / LossDenominator;");
}
