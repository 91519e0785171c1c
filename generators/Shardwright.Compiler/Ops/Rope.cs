using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>Rotary position embedding: pairs (i, i + size/2) of every head turn by position · θ^(−2i/size). The adjoint turns back.</summary>
public sealed record Rope(int Heads, double Theta, bool Backward = false) : Op
{
    public override string Name => "Nn.Rope";

    public override bool IsRowWise => false;

    public override bool CanAccumulate => Backward;

    public override bool CanOverwrite(int input) => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0);
        if (report.Require(x.Type is { Rank: 3, Rows: RowKind.Sequence } && Heads > 0 && x.Type.Last % (2 * Heads) == 0, node, () =>
            $"Nn.Rope: '{x.Name}' is {x.Type} with {Heads} heads; need [sequences, positions, heads · size] with an even size a head{(Heads > 0 ? $": a last dimension that is a multiple of 2 · {Heads} = {2L * Heads}" : ", and at least one head")}"))
            node.Output.Type = x.Type;
    }

    public override void Differentiate(Node node, GradientBuilder gradients) => gradients.Emit(this with { Backward = !Backward }, node.Input(0), [gradients.Of(node.Output)!]);

    // Two multiplications and a sum for every element; sines and cosines come from a table.
    public override OpWork Cost(Node node, CostRule cost) => cost.Rows(node, vectorPasses: 3);

    public override void Print(Node node, StatementPrinter print)
    {
        var shape = print.LocalShape(node.Output);
        print.Kernel(node, Backward ? "RopeGradient" : "Rope", [node.Input(0), node.Output],
            ("sequences", shape[0]), ("length", shape[1]), ("heads", Heads), ("headSize", shape[2] / Heads), ("theta", StatementPrinter.Number(Theta)));
    }
}
