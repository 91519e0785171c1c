using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>softmax(q·kᵀ/√size, causal)·v a head; fewer key/value heads than query heads are shared by groups. Keeps only the log-sum-exp of every score row.</summary>
public sealed record CausalAttention(int Heads) : Op
{
    public override string Name => "Nn.CausalAttention";

    public override bool IsRowWise => false;

    public override bool IsStatistic(int output) => output == 1;

    public override void InferShapes(Node node, ShapeReport report)
    {
        TensorType q = node.Input(0).Type, k = node.Input(1).Type, v = node.Input(2).Type;
        if (!report.Require(q is { Rank: 3, Rows: RowKind.Sequence } && Heads > 0 && q.Last % Heads == 0, node, () =>
            $"Nn.CausalAttention: '{node.Input(0).Name}' is {q} with {Heads} heads; need [sequences, positions, heads · size]"))
            return;
        int size = q.Last / Heads;
        if (!report.Require(k.Shape == v.Shape && k.Rank == 3 && k.Shape[0] == q.Shape[0] && k.Shape[1] == q.Shape[1] && k.Last % size == 0 && Heads % Math.Max(1, k.Last / size) == 0, node, () =>
            $"Nn.CausalAttention: queries '{node.Input(0).Name}' are {q} ({Heads} heads of {size}), keys {k}, values {v}; need equal keys and values [{q.Shape[0]}, {q.Shape[1]}, n · {size}] with n dividing {Heads}"))
            return;
        node.Output.Type = q;
        node.Outputs[1].Type = q.WithShape([q.Shape[0], Heads, q.Shape[1]]);
    }

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.EmitMany(new CausalAttentionGradient(Heads), [node.Input(0), node.Input(1), node.Input(2)],
            [.. node.Inputs, node.Output, node.Outputs[1], gradients.Of(node.Output)!]);

    public override OpWork Cost(Node node, CostRule cost) => cost.Attention(node, Heads, products: 2, vectorPasses: 3);

    public override void Print(Node node, StatementPrinter print) => PrintCall(node, print, "CausalAttention", [.. node.Inputs, .. node.Outputs]);

    internal static void PrintCall(Node node, StatementPrinter print, string kernel, object[] buffers)
    {
        int heads = node.Op is CausalAttention f ? f.Heads : ((CausalAttentionGradient)node.Op).Heads;
        var q = print.LocalShape(node.Input(0));
        int size = q[2] / heads;
        print.Kernel(node, kernel, buffers, [("batch", q[0]), ("length", q[1]), ("heads", heads), ("keyValueHeads", node.Input(1).Type.Last / size), ("headSize", size),
            .. node.Precision.IsLow ? [("operands", (object)"NumberFormat.BFloat16")] : Array.Empty<(string, object)>()]);
    }
}

public sealed record CausalAttentionGradient(int Heads) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
        for (int i = 0; i < 3; i++)
            node.Outputs[i].Type = node.Input(i).Type;
    }

    // Scores again, then the gradients of values, probabilities, queries and keys: five products.
    public override OpWork Cost(Node node, CostRule cost) => cost.Attention(node, Heads, products: 5, vectorPasses: 5);

    public override void Print(Node node, StatementPrinter print) => CausalAttention.PrintCall(node, print, "CausalAttentionGradient", [.. node.Inputs, .. node.Outputs]);
}
