using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>A product whose kind depends on its operands' shapes: by a matrix, or batched. It becomes one or the other when shapes are known.</summary>
public sealed record AnyMatMul : Op
{
    Op Kind(Node node) => node.Input(1).Type is { Rank: > 2 } && node.Input(1).Type.Rows != RowKind.None ? new BatchMatMul() : new MatMul();

    public override string Name => "Nn.MatMul";

    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        node.Op = Kind(node);
        node.Op.InferShapes(node, report);
    }

    public override void Print(Node node, StatementPrinter print) => throw new InvalidOperationException("Shapes were not inferred.");
}
