using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>d_gate = dy · what the expert returned: of <see cref="CombineGradient"/> what stays with the token. Operands: dy, returned, slots, gates.</summary>
public sealed record GateGradient(ExpertSite Site) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(3).Type;

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Input(1), node.Input(1)) with { VectorElements = cost.Elements(node.Input(1)) * 2 };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "GateGradient", [.. node.Inputs.Take(3), node.Output], ("rows", print.Rows(node.Input(0))), ("k", Site.TopK), ("columns", node.Input(0).Type.Last));
}
