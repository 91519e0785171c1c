using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops.Routing;

/// <summary>
/// Logits times random factors around 1, in training alone (Switch Transformer, arXiv:2101.03961, section 2.2, there on the router's input). The factors are functions of seed, step, micro-batch, layer, token and
/// expert; the gradient passes through the same ones.
/// </summary>
public sealed record JitterLogits(ExpertSite Site, bool Backward) : Unary
{
    public override string Name => $"jitter of '{Site.Path}'";

    // Route reads it at once: a second rounding would move logits further than small factors do.
    public override bool IsStatistic(int output) => !Backward;

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.Emit(new JitterLogits(Site, true), node.Input(0), [gradients.Of(node.Output)!]);

    public override void Print(Node node, StatementPrinter print)
    {
        var x = node.Input(0);
        print.Kernel(node, "Jitter", [x, node.Output], ("rows", print.Rows(x)), ("columns", Site.Experts), ("epsilon", StatementPrinter.Number(Site.Router.Jitter)),
            ("key", $"JitterKey(site: {Site.Index}, {print.Instance(Site)}, microBatch)"), ("firstToken", $"Rank * {print.Rows(x)}"));
    }
}
