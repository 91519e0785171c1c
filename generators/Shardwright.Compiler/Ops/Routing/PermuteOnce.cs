using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>Copies every token's row once for each rank that has some of its experts: the send buffer. Operands: rows, slots, numbers.</summary>
/// <param name="Site">The expert group.</param>
/// <param name="Share">Rows ÷ copies at even load (<see cref="DispatchTraffic.OnceShare"/>), of which the time is that of a statement of known size.</param>
/// <param name="Most">Rows that a token can travel in.</param>
public sealed record PermuteOnce(ExpertSite Site, double Share, int Most) : Op
{
    public override bool KeepsFormat => true;

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0).Type;
        node.Output.Type = x.WithShape([(int)(x.Elements / x.Last) * Most, x.Last]);
    }

    public override OpWork Cost(Node node, CostRule cost)
    {
        Amount rows = new(Rows(node, slots => cost.Elements(slots).Fixed)), bytes = rows * cost.RowBytes(node.Output);
        return new() { GpSimdElements = rows, ReadBytes = bytes + cost.Bytes(node.Input(1)) + cost.Bytes(node.Input(2)), WriteBytes = bytes, PayloadBytes = cost.RowBytes(node.Output) };
    }

    /// <summary>Rows that a rank sends at even load.</summary>
    /// <param name="node">The statement.</param>
    /// <param name="elements">Elements of a value on a rank.</param>
    internal long Rows(Node node, Func<Value, long> elements) => (long)Math.Ceiling(elements(node.Input(1)) * Share);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "PermuteOnce", [.. node.Inputs, node.Output], ("rows", print.Rows(node.Input(0))), ("k", Site.TopK), ("columns", node.Output.Type.Last));
}
