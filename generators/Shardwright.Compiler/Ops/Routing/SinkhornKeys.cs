using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>
/// What experts are chosen by in training where Sinkhorn's iterations even out the load of each sequence (Clark et al. 2022, arXiv:2202.01169, S-BASE): the logits with an offset for each expert of the sequence. A choice
/// has no gradient.
/// </summary>
public sealed record SinkhornKeys(ExpertSite Site) : Unary
{
    public override bool IsDifferentiable => false;

    public override bool IsRowWise => false;

    public override string Name => $"Sinkhorn's iterations of '{Site.Path}'";

    public override bool IsStatistic(int output) => true;

    public override bool CanOverwrite(int input) => false;

    // A round: the sum and the maximum of rows and of columns, an exponential for each.
    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 6 * Site.Router.SinkhornIterations, scalarPasses: 2 * Site.Router.SinkhornIterations);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "Sinkhorn", [node.Input(0), node.Output], ("sequences", print.Sequences), ("rowsPerSequence", print.RowCount(node.Input(0)) / print.Sequences), ("expertCount", Site.Experts),
            ("iterations", Site.Router.SinkhornIterations));
}
