using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>The rows that have arrived become the rows of experts: a copy for each expert here, backward times the gate that came with its number. Operands: rows, places.</summary>
public sealed record SpreadRows(ExpertSite Site, bool Backward) : Op, IExchanges
{
    // A copy keeps the format; a product is rounded to that of the rows, which were in send order.
    public override bool KeepsFormat => !Backward;

    public override bool IsInSendOrder => true;

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type;

    public override OpWork Cost(Node node, CostRule cost) => new()
    {
        GpSimdElements = cost.RowCount(node.Output),
        VectorElements = Backward ? cost.Elements(node.Output) : default,
        ReadBytes = cost.RowCount(node.Output) * cost.RowBytes(node.Input(0)) + cost.Bytes(node.Input(1)),
        WriteBytes = cost.Bytes(node.Output),
        PayloadBytes = cost.RowBytes(node.Output),
    };

    public override void Print(Node node, StatementPrinter print) =>
        print.Statement($"Kernels.SpreadRows({print.Of(node.Input(0))}, {print.Of(node.Input(1))}, {print.Of(node.Output)}, columns: {node.Output.Type.Last}{(Backward ? ", gated: true" : "")});");
}
