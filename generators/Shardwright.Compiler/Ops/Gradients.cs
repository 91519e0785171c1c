using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>Zeroes the gradient block of a parameter with several contributions.</summary>
public sealed record ClearGradient(ParameterDeclaration Parameter) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => new() { WriteBytes = cost.ParameterBytes(Parameter) };

    public override void Print(Node node, StatementPrinter print) => print.Statement($"Kernels.Clear({print.GradientBlock(Parameter)});");
}

/// <summary>Adds a reduced contribution to the parameter's gradient block.</summary>
public sealed record AddToGradient(ParameterDeclaration Parameter) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with
    {
        ReadBytes = cost.ParameterBytes(Parameter) * 2,
        WriteBytes = cost.ParameterBytes(Parameter),
        VectorElements = cost.Elements(node.Input(0)) * 2,
    };

    public override void Print(Node node, StatementPrinter print) => print.Statement($"Kernels.Accumulate({print.Of(node.Input(0))}, {print.GradientBlock(Parameter)});");
}
