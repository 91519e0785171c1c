using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>Hands the loss of a micro-batch to the step's report.</summary>
public sealed record ReportLoss : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.Statement($"ReportLoss({print.Of(node.Input(0))}[0]);");
}

/// <summary>Hands this rank's rows of Forward's result to the caller.</summary>
public sealed record WriteOutput : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.Statement($"WriteOutput({print.Of(node.Input(0))});");
}

/// <summary>Marks where the backward pass begins.</summary>
public sealed record BeginBackward : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print)
    {
    }
}
