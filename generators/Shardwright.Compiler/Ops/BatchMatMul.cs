using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>y[b…, m, n] = a[b…, m, k] · b[b…, k, n], either side optionally transposed in its last two dimensions.</summary>
public sealed record BatchMatMul(bool TransposeA = false, bool TransposeB = false) : Op
{
    public override string Name => "Nn.MatMul";

    public override bool IsRowWise => false;

    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        TensorType a = node.Input(0).Type, b = node.Input(1).Type;
        if (!report.Require(a.Rank == b.Rank && a.Rank >= 3 && a.Shape.Take(a.Rank - 2).SequenceEqual(b.Shape.Take(a.Rank - 2)) && a.Rows == b.Rows && a.Rows != RowKind.Routed, node, () =>
            $"Nn.MatMul: '{node.Input(0).Name}' is {a} and '{node.Input(1).Name}' is {b}; need equal leading dimensions […, m, k] · […, k, n]"))
            return;
        int rows = a.Shape[a.Rank - (TransposeA ? 1 : 2)], inner = a.Shape[a.Rank - (TransposeA ? 2 : 1)];
        int innerB = b.Shape[b.Rank - (TransposeB ? 1 : 2)], columns = b.Shape[b.Rank - (TransposeB ? 2 : 1)];
        if (report.Require(inner == innerB, node, () => $"Nn.MatMul: the inner dimension is {inner} on '{node.Input(0).Name}' {a} but {innerB} on '{node.Input(1).Name}' {b}"))
            node.Output.Type = a.WithShape(a.Shape.Take(a.Rank - 2).Concat([rows, columns]));
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value a = node.Input(0), b = node.Input(1), dy = gradients.Of(node.Output)!;
        gradients.Emit(TransposeA ? new BatchMatMul(TransposeB, true) : new BatchMatMul(false, !TransposeB), a, TransposeA ? [b, dy] : [dy, b]);
        gradients.Emit(TransposeB ? new BatchMatMul(true, TransposeA) : new BatchMatMul(!TransposeA), b, TransposeB ? [dy, a] : [a, dy]);
    }

    public override OpWork Cost(Node node, CostRule cost)
    {
        TensorType a = node.Input(0).Type, y = node.Output.Type;
        int rows = y.Shape[y.Rank - 2], inner = a.Shape[a.Rank - (TransposeA ? 2 : 1)];
        long count = cost.Elements(node.Output).Fixed / ((long)rows * y.Last);
        return cost.Stream(node) with
        {
            Products = [new(count, rows, inner, y.Last, node.Precision.IsLow ? OperandFormat.BFloat16 : OperandFormat.Float32)],
            VectorElements = cost.Elements(node.Output),
        };
    }

    public override void Print(Node node, StatementPrinter print)
    {
        var a = node.Input(0).Type;
        var y = node.Output.Type;
        int rows = y.Shape[y.Rank - 2], inner = a.Shape[a.Rank - (TransposeA ? 2 : 1)];
        var sizes = new List<(string, object)> { ("batch", print.Elements(node.Output) / (rows * y.Last)), ("rows", rows), ("inner", inner), ("columns", y.Last) };
        if (TransposeA)
            sizes.Add(("transposeA", true));
        if (TransposeB)
            sizes.Add(("transposeB", true));
        print.Kernel(node, "BatchMatMul", [node.Input(0), node.Input(1), node.Output], [.. sizes]);
    }
}
