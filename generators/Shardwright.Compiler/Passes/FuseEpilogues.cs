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
        var readers = new Readers(root);
        foreach (var node in root.Walk().ToList())
        {
            if (node.Op is not (Add or SiluGate) || node.Accumulated is not null || node.GradientOf is not null)
                continue;
            if (node.Op is Add)
                _ = FuseSum(node, node.Input(1), node.Input(0), readers) || FuseSum(node, node.Input(0), node.Input(1), readers);
            else
                FuseGate(node, readers);
        }
    }

    static bool FuseSum(Node sum, Value inner, Value other, Readers readers)
    {
        if (inner.Type != sum.Output.Type || !readers.IsOnlyFor(sum, inner))
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
            readers.Fuse(inner, producer, node);
            node.Op = op;
            node.Inputs.Clear();
            node.Inputs.AddRange([.. producer.Inputs, operand]);
            node.Fused.AddRange([.. producer.Fused, what]);
            node.Precision = producer.Precision;
            inner.Region!.Nodes.Remove(producer);
        }
    }

    /// <summary>The product stays an output: the backward pass reads it.</summary>
    static void FuseGate(Node node, Readers readers)
    {
        Value gate = node.Input(0), up = node.Input(1);
        if (up.Producer is not { Op: MatMul { Gate: false, Residual: false } product, Accumulated: null } producer || up == gate || up.Region != node.Output.Region
            || readers.IsReadBefore(node, up))
            return;
        readers.Fuse(up, producer, node);
        node.Op = product with { Gate = true };
        node.Inputs.Clear();
        node.Inputs.AddRange([.. producer.Inputs, gate]);
        node.Outputs.Add(up);
        up.Producer = node;
        node.Fused.InsertRange(0, producer.Fused);
        node.Precision = producer.Precision;
        up.Region!.Nodes.Remove(producer);
    }

    /// <summary>Who reads a value, kept up to date while statements are fused: a fused statement reads what its product read. Statements go, but the others keep their order.</summary>
    sealed class Readers
    {
        readonly ProgramOrder order;
        readonly Dictionary<Value, List<(Node? Node, int Position)>> uses = [];

        public Readers(Region root)
        {
            order = new(root);
            foreach (var node in root.Walk())
                foreach (var value in node.Reads.Concat(node.Carried.Select(c => c.End)))
                    if (!uses.ContainsKey(value))
                        uses.Add(value, order.Uses(value).Select(u => (u.Node, u.Position)).ToList());
        }

        public bool IsOnlyFor(Node reader, Value value) => value.Producer is { Accumulated: null, GradientOf: null } && value.Region == reader.Output.Region && uses[value].Count == 1;

        public bool IsReadBefore(Node node, Value value) => uses[value].Any(u => u.Node != node && u.Position < order.Begin(node));

        /// <summary><paramref name="into"/> no longer reads <paramref name="product"/>, and reads what <paramref name="producer"/> read.</summary>
        public void Fuse(Value product, Node producer, Node into)
        {
            uses[product].RemoveAt(uses[product].FindIndex(u => u.Node == into));
            foreach (var value in producer.Inputs.Distinct())
            {
                var list = uses[value];
                for (int i = 0; i < list.Count; i++)
                    if (list[i].Node == producer)
                        list[i] = (into, order.Begin(into));
            }
        }
    }
}
