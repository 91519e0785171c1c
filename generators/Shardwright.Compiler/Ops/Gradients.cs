using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>Zeroes the gradient block of a parameter with several contributions.</summary>
public sealed record ClearGradient(ParameterDeclaration Parameter) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override void Print(Node node, StatementPrinter print) => print.Statement($"Kernels.Clear({print.GradientBlock(Parameter)});");
}

/// <summary>Adds a reduced contribution to the parameter's gradient block.</summary>
public sealed record AddToGradient(ParameterDeclaration Parameter) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override void Print(Node node, StatementPrinter print) => print.Statement($"Kernels.Accumulate({print.Of(node.Input(0))}, {print.GradientBlock(Parameter)});");
}
