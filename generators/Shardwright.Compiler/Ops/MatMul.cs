using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>
/// y[…, c] = x[…, k] · w[k, c], or · w[c, k]ᵀ. dX and dW are statements of their own, so that dW can be delayed. <see cref="FuseEpilogues"/> adds operands behind x and w: a bias, a residual, a gate; with a gate,
/// output 0 is silu(gate) · y and output 1 is y.
/// </summary>
public sealed record MatMul(bool Transposed = false) : Op
{
    public bool Bias { get; init; }

    public bool Residual { get; init; }

    public bool Gate { get; init; }

    /// <summary>A gradient comes in from the left: in 8 bits it has another format than an activation.</summary>
    public bool IsGradient { get; init; }

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

    // The gate is read element by element before its product is written; a residual in y's place is what the product is added to.
    public override bool CanOverwrite(int input) => input == 2 + (Bias ? 1 : 0) && (Gate || Residual && !Bias);

    public override bool CanGroup(Node node) => node.Input(1).Parameter is { Experts: > 0, IsState: false } && !Bias;

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value x = node.Input(0), w = node.Input(1), dy = gradients.Of(node.Output)!;
        gradients.Emit(new MatMul(!Transposed) { IsGradient = true }, x, [dy, w]);
        gradients.Emit(new MatMulGradient(), w, Transposed ? [dy, x] : [x, dy]);
    }

    // A product leaves the tensor engine through the vector engine, where a bias, a residual or a gate joins it.
    public override OpWork Cost(Node node, CostRule cost)
    {
        Value x = node.Input(0), y = node.Outputs[Gate ? 1 : 0];
        var leaving = cost.Elements(y) * (1 + node.Inputs.Count - 2 + (node.Accumulated is null ? 0 : 1));
        return cost.Stream(node) with
        {
            Products = [cost.Product(x, x.Type.Last, y.Type.Last, cost.Format(node))],
            VectorElements = leaving,
            ScalarElements = Gate ? cost.Elements(y) : default,
        };
    }

    public override void Print(Node node, StatementPrinter print)
    {
        Value x = node.Input(0), w = node.Input(1), y = node.Outputs[Gate ? 1 : 0];
        int next = 2;
        var options = new List<(string, object)>();
        if (Bias)
            options.Add(("bias", node.Input(next++)));
        if (Residual && print.Of(node.Input(next)) == print.Of(y))
            options.Add(("accumulate", true));
        else if (Residual)
            options.Add(("residual", node.Input(next)));
        if (Gate)
            options.AddRange([("gate", node.Input(next)), ("gated", node.Output)]);
        object rows = print.Rows(x);
        if (print.Panels(node, w, Transposed) is not { } panels)
            print.Kernel(node, Transposed ? "MatMulTransposed" : "MatMul", [x, w, y], [("rows", rows), ("inner", x.Type.Last), ("columns", y.Type.Last), .. options]);
        else if (print.IsGrouped)
            print.Kernel(node, "GroupedMatMul", [x, panels, y, "groups"], [("inner", x.Type.Last), ("columns", y.Type.Last), .. options, .. print.Operand(node, x), .. print.Store(node)]);
        else
            print.Kernel(node, "MatMul", [x, panels, y], [("rows", rows), ("inner", x.Type.Last), ("columns", y.Type.Last), .. options, .. print.Operand(node, x), .. print.Store(node)]);
    }
}

/// <summary>dW[k, c] = Σ over tokens of x[t, k] · dy[t, c]: a fold inside a sequence, a tree over sequences.</summary>
public sealed record MatMulGradient : Op
{
    public override void InferShapes(Node node, ShapeReport report) =>
        node.Output.Type = new(ElementType.Float32, new([node.Input(0).Type.Last, node.Input(1).Type.Last]), RowKind.None);

    // Only a gradient that goes straight into its block lies there expert by expert.
    public override bool CanGroup(Node node) => node.GradientOf is { Experts: > 0 };

    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with
    {
        Products = [cost.SumOverRows(node.Input(0), node.Input(0).Type.Last, node.Input(1).Type.Last, node.Precision.IsLow ? OperandFormat.BFloat16 : OperandFormat.Float32)],
        VectorElements = cost.Elements(node.Output),
    };

    public override void Print(Node node, StatementPrinter print)
    {
        Value x = node.Input(0), dy = node.Input(1);
        if (print.IsGrouped)
            print.Kernel(node, "GroupedMatMulGradient", [x, dy, node.Output, "groups"], [("inner", x.Type.Last), ("columns", dy.Type.Last), .. print.Operands(node, x, dy), .. print.Replicas(node) is { } replicas ? [("replicas", (object)replicas)] : Array.Empty<(string, object)>()]);
        else
            print.Kernel(node, "MatMulGradient", [x, dy, node.Output], [("sequences", print.Segments(x)), ("inner", x.Type.Last), ("columns", dy.Type.Last), .. print.Operands(node, x, dy)]);
    }
}
