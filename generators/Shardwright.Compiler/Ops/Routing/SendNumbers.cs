using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

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
