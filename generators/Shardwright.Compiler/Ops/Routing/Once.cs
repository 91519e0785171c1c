using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>Numbers the rows in which tokens travel, one for each rank that has some of a token's experts; of its operands, slots, counts and, backward, gates, the last travel with the numbers.</summary>
public sealed record NumberRows(ExpertSite Site) : Op
{
    /// <summary>The exchange of rows that it opens, where no statement before has.</summary>
    public Dispatch? Opens { get; init; }

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([(int)node.Input(0).Type.Elements, node.Inputs.Count - 1]), RowKind.Sequence);

    public override OpWork Cost(Node node, CostRule cost) => new()
    {
        GpSimdElements = cost.Elements(node.Input(0)),
        ReadBytes = cost.Bytes(node.Input(0)) * (node.Inputs.Count - 1),
        WriteBytes = cost.Bytes(node.Output),
    };

    public override void Print(Node node, StatementPrinter print)
    {
        Opens?.Open(node.Input(1), print);
        print.Statement($"{print.Exchange(Site)}.Number({print.Of(node.Input(0))}, {print.Of(node.Output)}{(node.Inputs.Count > 2 ? ", gates: " + print.Of(node.Input(2)) : "")});");
    }
}

/// <summary>The numbers travel to the copies' experts and become the rows in which their tokens arrive there.</summary>
public sealed record SendNumbers(ExpertSite Site, bool Backward) : Op, IExchanges
{
    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type with { Rows = RowKind.Routed };

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Numbers, cost.RowBytes(node.Output));

    public override void Print(Node node, StatementPrinter print)
    {
        print.OpenFrame(Site, Backward);
        print.Collective(node, $"{print.Exchange(Site)}.SendNumbers({print.Of(node.Input(0))}, {print.Of(node.Output)}, columns: {node.Output.Type.Last});", "AllToAll of row numbers", print.Elements(node.Input(0)) * 4L);
        if (Backward)
            print.ResizeFrame(Site, isLeaving: false);
    }
}

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
        Amount copies = cost.Elements(node.Input(1)), rows = new((long)Math.Ceiling(copies.Fixed * Share)), bytes = rows * cost.RowBytes(node.Output);
        return new() { GpSimdElements = rows, ReadBytes = bytes + cost.Bytes(node.Input(1)) + cost.Bytes(node.Input(2)), WriteBytes = bytes, PayloadBytes = cost.RowBytes(node.Output) };
    }

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "PermuteOnce", [.. node.Inputs, node.Output], ("rows", print.Rows(node.Input(0))), ("k", Site.TopK), ("columns", node.Output.Type.Last));
}

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

/// <summary>d_gate = dy · what the expert returned: of <see cref="CombineGradient"/> what stays with the token. Operands: dy, returned, slots, gates.</summary>
public sealed record GateGradient(ExpertSite Site) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(3).Type;

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Input(1), node.Input(1)) with { VectorElements = cost.Elements(node.Input(1)) * 2 };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "GateGradient", [.. node.Inputs.Take(3), node.Output], ("rows", print.Rows(node.Input(0))), ("k", Site.TopK), ("columns", node.Input(0).Type.Last));
}
