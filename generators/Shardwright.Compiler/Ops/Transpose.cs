using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>Swaps the last two dimensions. A transposed right operand of MatMul is folded into the product and never materialised.</summary>
public sealed record Transpose : Op
{
    public override string Name => "Nn.Transpose";

    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0).Type;
        if (!report.Require(x.Rank >= 2, node, () => $"Nn.Transpose: '{node.Input(0).Name}' is {x}; need at least two dimensions"))
            return;
        if (x.Rows != RowKind.None && x.Rank == 2)
        {
            report.Error(Rules.MovesSequence, node.Source, $"Nn.Transpose: '{node.Input(0).Name}' {x} would move the rows that Data shards away from dimension 0");
            node.Output.IsUnknown = true;
            return;
        }
        node.Output.Type = x.WithShape(x.Shape.Take(x.Rank - 2).Concat([x.Last, x.Shape[x.Rank - 2]]));
    }

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.Emit(new Transpose(), node.Input(0), [gradients.Of(node.Output)!]);

    public override void Print(Node node, StatementPrinter print)
    {
        var shape = print.LocalShape(node.Input(0));
        int rows = shape[shape.Count - 2], columns = shape[shape.Count - 1];
        print.Kernel(node, "Transpose", [node.Input(0), node.Output], ("batch", shape.Take(shape.Count - 2).Aggregate(1, (p, s) => p * s)), ("rows", rows), ("columns", columns));
    }
}
