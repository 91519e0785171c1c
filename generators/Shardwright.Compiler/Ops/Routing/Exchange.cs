using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>A statement outside of an expert group's loop that is about its rows: most often one in which ranks exchange rows, weights or gradients.</summary>
public interface IExchanges
{
    ExpertSite Site { get; }
}

/// <summary>Every rank learns how many copies every rank sends to every expert, a sequence: all later offsets follow from it.</summary>
public sealed record GatherCounts(ExpertSite Site) : Op
{
    public override bool IsDifferentiable => false;

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Int32, new([(int)node.Input(0).Type.Elements]), RowKind.None);

    public override Sharding? Place(Node node, int output) => Sharding.Replicated;

    public override CollectiveWork? Communicate(Node node, CostRule cost) => new(CollectiveKind.AllGather, CollectiveGroup.World, new(4 * cost.Elements(node.Input(0)).Fixed));

    public override void Print(Node node, StatementPrinter print) =>
        print.Collective(node, $"World.AllGather({print.Of(node.Input(0))}, {print.Of(node.Output)}, \"{Site.Path} counts\");", "AllGather", print.Elements(node.Input(0)) * 4L);
}

/// <summary>Copies every token's row once for each of its experts, sorted by expert: the send buffer.</summary>
public sealed record Permute(ExpertSite Site) : Op
{
    public override bool KeepsFormat => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        Value x = node.Input(0), slots = node.Input(1);
        if (report.Require(x.Type.Rows == RowKind.Sequence && x.Type.Rank == slots.Type.Rank && x.Type.Shape.Take(x.Type.Rank - 1).SequenceEqual(slots.Type.Shape.Take(x.Type.Rank - 1)), node, () =>
            $"{Site.Name}.Forward: '{x.Name}' is {x.Type} but its logits have rows [{string.Join(", ", slots.Type.Shape.Take(slots.Type.Rank - 1))}]; both need the same tokens"))
            node.Output.Type = x.Type.WithShape([(int)(x.Type.Elements / x.Type.Last) * Site.TopK, x.Type.Last]);
    }

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.Emit(new PermuteGradient(Site, node.Input(0).Type), node.Input(0), [gradients.Of(node.Output)!, node.Input(1)]);

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Output, node.Output);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "Permute", [node.Input(0), node.Input(1), node.Output], ("rows", print.Rows(node.Input(0))), ("k", Site.TopK), ("columns", node.Output.Type.Last));
}

/// <summary>dx[t] = the sum of its copies' gradients, by ascending k.</summary>
public sealed record PermuteGradient(ExpertSite Site, TensorType Result) : Op
{
    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = Result;

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Input(0), node.Input(0)) with { VectorElements = cost.Elements(node.Input(0)) };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "PermuteGradient", [node.Input(0), node.Input(1), node.Output], ("rows", print.Rows(node.Output)), ("k", Site.TopK), ("columns", Result.Last));
}

/// <summary>Rows to their experts' ranks. Its adjoint brings them back.</summary>
public sealed record Dispatch(ExpertSite Site, bool Backward) : Op, IExchanges
{
    /// <summary>Whether a statement before it has told the exchange the counts.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Parts in which rows travel.</summary>
    public int Chunks { get; init; } = 1;

    /// <summary>Whether rows are those of tokens, each once to a rank, behind a <see cref="SendNumbers"/> that has opened their frame.</summary>
    public bool Once { get; init; }

    public override bool KeepsFormat => true;

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type with { Rows = RowKind.Routed };

    public override Sharding? Place(Node node, int output) => Sharding.RoutedRows;

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.Emit(new Return(Site, true), node.Input(0), [gradients.Of(node.Output)!, node.Input(1)]);

    public override CollectiveWork? Communicate(Node node, CostRule cost) =>
        Once ? new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Once, cost.RowBytes(node.Output)) : Rows(Site, node.Output, toExperts: true);

    internal static CollectiveWork Rows(ExpertSite site, Value rows, bool toExperts)
    {
        int bytes = rows.Type.Last * rows.ElementBytes;
        return site.Dispatch switch
        {
            "Padded" => new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Padded, bytes),
            "Gathered" => new(toExperts ? CollectiveKind.AllGather : CollectiveKind.ReduceScatter, CollectiveGroup.ExpertPeers, default, RowExchange.Gathered, bytes),
            _ => new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Variable, bytes),
        };
    }

    public override void Print(Node node, StatementPrinter print)
    {
        if (Once)
        {
            print.Collective(node, $"{print.Exchange(Site)}.DispatchOnce({print.Of(node.Input(0))}, {print.Of(node.Output)}, columns: {node.Output.Type.Last}{ElementBytes(node.Output)});", "AllToAll, a token once to a rank",
                ((PermuteOnce)node.Input(0).Producer!.Op).Rows(node.Input(0).Producer!, print.Elements) * node.Output.Type.Last * node.Output.ElementBytes);
            return;
        }
        if (!IsOpen)
            Open(node.Input(1), print);
        print.OpenFrame(Site, Backward);
        for (int chunk = 0; chunk < Chunks; chunk++)
            print.Collective(node, $"{print.Exchange(Site)}.Dispatch({print.Of(node.Input(0))}, {print.Of(node.Output)}, columns: {node.Output.Type.Last}{ElementBytes(node.Output)}{Part(chunk, Chunks)});", Lowering(Site.Dispatch),
                print.Elements(node.Input(0)) * (long)node.Output.ElementBytes / Chunks, chunk);
        if (Backward)
            print.ResizeFrame(Site, isLeaving: false);
    }

    /// <summary>Tells the exchange the counts, and a step's report what they are.</summary>
    internal void Open(Value counts, StatementPrinter print)
    {
        string exchange = print.Exchange(Site);
        print.Statement($"{exchange}.Open({print.Of(counts)});");
        if (!Backward && print.Reports)
            print.Statement($"ReportRoutes(site: {Site.Index}, {print.Instance(Site)}, {exchange});");
    }

    /// <summary>Rows in bfloat16 travel as such: the exchange counts 2 bytes an element.</summary>
    internal static string ElementBytes(Value rows) => rows.ElementBytes == 4 ? "" : $", elementBytes: {rows.ElementBytes}";

    internal static string Part(int chunk, int chunks) => chunks == 1 ? "" : $", chunk: {chunk}";

    internal static string Lowering(string dispatch) => dispatch switch { "Padded" => "padded AllToAll", "Gathered" => "AllGather + ReduceScatter", _ => "AllToAll" };
}

/// <summary>Rows from their experts' ranks to their senders, in send order.</summary>
public sealed record Return(ExpertSite Site, bool Backward) : Op, IExchanges
{
    /// <summary>Whether a <see cref="CloseFrame"/> follows, because statements behind it still read rows.</summary>
    public bool KeepsFrame { get; init; }

    /// <summary>Parts in which rows travel: each behind its part of the experts.</summary>
    public int Chunks { get; init; } = 1;

    public override bool KeepsFormat => true;

    public override bool CanRecompute => false;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var rows = node.Input(0);
        if (Backward || report.Require(rows.Type is { Rows: RowKind.Routed, Rank: 2 }, node, () => $"{Site.Name}.Forward: the expert returns '{rows.Name}' {rows.Type}, which is not one row for every row it is given"))
            node.Output.Type = rows.Type with { Rows = RowKind.Sequence };
    }

    public override Sharding? Place(Node node, int output) => Sharding.Batch;

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.Emit(new Dispatch(Site, true), node.Input(0), [gradients.Of(node.Output)!, node.Input(1)]);

    public override CollectiveWork? Communicate(Node node, CostRule cost) => Dispatch.Rows(Site, node.Output, toExperts: false);

    public override void Print(Node node, StatementPrinter print)
    {
        if (Backward && !KeepsFrame && Chunks == 1)
            print.ResizeFrame(Site, isLeaving: true);
        if (Chunks == 1)
            Print(node, print, 0);
        if (!KeepsFrame)
            print.CloseFrame(Site, Backward);
    }

    /// <summary>The exchange of one part.</summary>
    internal void Print(Node node, StatementPrinter print, int chunk) => print.Collective(node,
        $"{print.Exchange(Site)}.Return({print.Of(node.Input(0))}, {print.Of(node.Output)}, columns: {node.Output.Type.Last}{Dispatch.ElementBytes(node.Output)}{Dispatch.Part(chunk, Chunks)});", Dispatch.Lowering(Site.Dispatch),
        print.Elements(node.Output) * (long)node.Output.ElementBytes / Chunks, chunk);
}

/// <summary>Experts' rows end here instead of where they are returned.</summary>
public sealed record CloseFrame(ExpertSite Site, bool Backward) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.CloseFrame(Site, Backward);
}

/// <summary>y[t] = Σ over its experts, by ascending k, of gate · the expert's output.</summary>
public sealed record Combine(ExpertSite Site) : Op
{
    /// <summary>A last operand is added to every row.</summary>
    public bool Residual { get; init; }

    public override bool CanOverwrite(int input) => Residual && input == 3;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(2).Type.WithLast(node.Input(0).Type.Last);

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.EmitMany(new CombineGradient(Site), [node.Input(0), node.Input(2)], [gradients.Of(node.Output)!, .. node.Inputs]);

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Input(0), node.Input(0)) with { VectorElements = cost.Elements(node.Input(0)) * 2 };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "Combine", [.. node.Inputs.Take(3), node.Output],
            [("rows", print.Rows(node.Output)), ("k", Site.TopK), ("columns", node.Output.Type.Last), .. Residual ? [("residual", (object)node.Input(3))] : Array.Empty<(string, object)>(), .. print.Store(node)]);
}

public sealed record CombineGradient(ExpertSite Site) : Op
{
    public override bool IsInSendOrder => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        node.Outputs[0].Type = node.Input(1).Type;
        node.Outputs[1].Type = node.Input(3).Type;
    }

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Outputs[0], node.Outputs[0]) with { VectorElements = cost.Elements(node.Outputs[0]) * 3 };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "CombineGradient", [.. node.Inputs, .. node.Outputs], ("rows", print.Rows(node.Input(0))), ("k", Site.TopK), ("columns", node.Input(0).Type.Last));
}
