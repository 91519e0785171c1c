using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Ops.Routing;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Passes;

/// <summary>
/// What follows a product element by element is done while the product's block is in cache: a bias, a residual sum, a SiLU gate; a residual sum also joins the combination of experts. Only where the product has
/// no other reader, in the same loop. Runs last, so that gradients and shardings know nothing of it.
/// </summary>
public static class FuseEpilogues
{
    public static void Run(Region root)
    {
        foreach (var node in root.Walk().ToList())
        {
            if (node.Op is not (Add or SiluGate) || node.Accumulated is not null || node.GradientOf is not null)
                continue;
            // Looked up again each time: a fused statement has other operands than before.
            var order = new ProgramOrder(root);
            if (node.Op is Add)
                _ = FuseSum(node, node.Input(1), node.Input(0), order) || FuseSum(node, node.Input(0), node.Input(1), order);
            else
                FuseGate(node, order);
        }
    }

    static bool FuseSum(Node sum, Value inner, Value other, ProgramOrder order)
    {
        if (inner.Type != sum.Output.Type || !IsOnlyFor(sum, inner, order))
            return false;
        var producer = inner.Producer!;
        switch (producer.Op)
        {
            case MatMul { Gate: false, Residual: false } product when other.Type == sum.Output.Type:
                Replace(sum, product with { Residual = true }, other, "residual sum");
                return true;
            case MatMul { Gate: false, Residual: false, Bias: false } product when other.Parameter is not null && other.Type.Rank == 1 && other.Type.Last == sum.Output.Type.Last:
                Replace(sum, product with { Bias = true }, other, "bias");
                return true;
            case Combine { Residual: false } combine when other.Type == sum.Output.Type:
                Replace(sum, combine with { Residual = true }, other, "residual sum");
                return true;
            default:
                return false;
        }

        void Replace(Node node, Op op, Value operand, string what)
        {
            node.Op = op;
            node.Inputs.Clear();
            node.Inputs.AddRange([.. producer.Inputs, operand]);
            node.Fused.AddRange([.. producer.Fused, what]);
            node.Precision = producer.Precision;
            inner.Region!.Nodes.Remove(producer);
        }
    }

    /// <summary>The product stays an output: the backward pass reads it.</summary>
    static void FuseGate(Node node, ProgramOrder order)
    {
        Value gate = node.Input(0), up = node.Input(1);
        if (up.Producer is not { Op: MatMul { Gate: false, Residual: false } product, Accumulated: null } producer || up == gate || up.Region != node.Output.Region
            || order.Uses(up).Any(u => u.Node != node && u.Position < order.Begin(node)))
            return;
        node.Op = product with { Gate = true };
        node.Inputs.Clear();
        node.Inputs.AddRange([.. producer.Inputs, gate]);
        node.Outputs.Add(up);
        up.Producer = node;
        node.Fused.InsertRange(0, producer.Fused);
        node.Precision = producer.Precision;
        up.Region!.Nodes.Remove(producer);
    }

    static bool IsOnlyFor(Node reader, Value value, ProgramOrder order) =>
        value.Producer is { Accumulated: null, GradientOf: null } && value.Region == reader.Output.Region && order.Uses(value).Count == 1;
}
