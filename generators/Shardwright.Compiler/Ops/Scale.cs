using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>y = factor · x with a factor known at compile time.</summary>
public sealed record Scale(double Factor) : Unary
{
    public override string Name => "operator ×";

    public override bool CanAccumulate => true;

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        if (gradients.ConstantOf(node.Output) is { } constant)
            gradients.PassConstant(node.Input(0), constant * Factor);
        else
            gradients.Emit(new Scale(Factor), node.Input(0), [gradients.Of(node.Output)!]);
    }

    public override bool CanGroup(Node node) => true;

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, "Scale", [node.Input(0), StatementPrinter.Number(Factor), node.Output]);
}

/// <summary>y = x + constant.</summary>
public sealed record Shift(double Constant) : Unary
{
    public override string Name => "operator +";

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.PassThrough(node.Output, node.Input(0));

    public override bool CanGroup(Node node) => true;

    public override void Print(Node node, StatementPrinter print) => print.Kernel(node, "Shift", [node.Input(0), StatementPrinter.Number(Constant), node.Output]);
}

/// <summary>An op from one float tensor to another of the same shape.</summary>
public abstract record Unary : Op
{
    public override bool CanOverwrite(int input) => input == 0;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0);
        if (report.Require(x.Type.Element == ElementType.Float32, node, () => $"{Name}: '{x.Name}' holds integers; need a float tensor"))
            node.Output.Type = x.Type;
    }
}
