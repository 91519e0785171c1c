using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>y[…, c] = x[…, k] · w[k, c], or · w[c, k]ᵀ. dX and dW are statements of their own, so that dW can be delayed.</summary>
public sealed record MatMul(bool Transposed = false) : Op
{
    public override string Name => "Nn.MatMul";

    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        Value x = node.Input(0), w = node.Input(1);
        if (!report.Require(x.Type.Rank >= 2 && w.Type.Rank == 2, node, () => $"Nn.MatMul: '{x.Name}' is {x.Type} and '{w.Name}' is {w.Type}; need […, m, k] · [k, n]"))
            return;
        int inner = w.Type.Shape[Transposed ? 1 : 0], columns = w.Type.Shape[Transposed ? 0 : 1];
        if (!report.Require(x.Type.Last == inner, node, () =>
            $"Nn.MatMul: the inner dimension is {x.Type.Last} on '{x.Name}' {x.Type} but {inner} on '{w.Name}' {(Transposed ? "transposed " : "")}{w.Type}; make the last dimension of '{x.Name}' equal to the first of the right operand"))
            return;
        if (!report.Require(w.Type.Rows == RowKind.None, node, () => $"Nn.MatMul: the right operand '{w.Name}' {w.Type} has token rows; multiplying by activations needs equal leading dimensions […, k, n]"))
            return;
        node.Output.Type = x.Type.WithLast(columns);
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value x = node.Input(0), w = node.Input(1), dy = gradients.Of(node.Output)!;
        gradients.Emit(new MatMul(!Transposed), x, [dy, w]);
        gradients.Emit(new MatMulGradient(), w, Transposed ? [dy, x] : [x, dy]);
    }

    public override void Print(Node node, StatementPrinter print)
    {
        Value x = node.Input(0), w = node.Input(1);
        print.Kernel(node, Transposed ? "MatMulTransposed" : "MatMul", [x, w, node.Output], ("rows", print.Rows(x)), ("inner", x.Type.Last), ("columns", node.Output.Type.Last));
    }
}

/// <summary>dW[k, c] = Σ over tokens of x[t, k] · dy[t, c]: a fold inside a sequence, a tree over sequences.</summary>
public sealed record MatMulGradient : Op
{
    public override void InferShapes(Node node, ShapeReport report) =>
        node.Output.Type = new(ElementType.Float32, new([node.Input(0).Type.Last, node.Input(1).Type.Last]), RowKind.None);

    public override void Print(Node node, StatementPrinter print)
    {
        Value x = node.Input(0), dy = node.Input(1);
        print.Kernel(node, "MatMulGradient", [x, dy, node.Output], ("sequences", print.Segments(x)), ("inner", x.Type.Last), ("columns", dy.Type.Last));
    }
}
