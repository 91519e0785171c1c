using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>
/// The sum over sequences of the bias that would even out each one's load (Megatron-LM's <c>qb_dual_update</c>): what the bias is set to after the step is their mean. It is in Train alone, beside the route, and never
/// computed again, so that every sequence counts once.
/// </summary>
public sealed record QuantileBias(ExpertSite Site) : Op
{
    public override bool IsDifferentiable => false;

    public override bool IsRowWise => false;

    public override bool CanRecompute => false;

    public override string Name => $"quantiles of '{Site.Path}'";

    public override bool IsStatistic(int output) => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = new(ElementType.Float32, new([Site.Experts]), RowKind.None);

    // Scores; k + 1 passes for each token's threshold, and as many as a selection by halves reads for each expert's.
    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with
    {
        VectorElements = cost.Elements(node.Input(0)) * 3,
        ScalarElements = cost.Elements(node.Input(0)),
        GpSimdElements = cost.Elements(node.Input(0)) * (Site.TopK + 3),
    };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "QuantileBias", [node.Input(0), node.Input(1), node.Output], ("sequences", print.Sequences), ("rowsPerSequence", print.RowCount(node.Input(0)) / print.Sequences), ("expertCount", Site.Experts),
            ("k", Site.TopK), ("score", $"RouterScore.{Site.Router.Score}"));
}

/// <summary>Keeps a micro-batch's sums of all layers, once they are summed over the ranks, for the update of the bias.</summary>
public sealed record ReportQuantiles(ExpertSite Site) : Op
{
    public override void InferShapes(Node node, ShapeReport report)
    {
    }

    public override OpWork Cost(Node node, CostRule cost) => OpWork.None;

    public override void Print(Node node, StatementPrinter print) => print.Statement($"ReportQuantiles(site: {Site.Index}, {print.Of(node.Input(0))});");
}
