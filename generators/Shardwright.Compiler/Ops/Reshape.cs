using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>The same storage under another shape. The sequence index must stay the major factor of dimension 0: splitting a sharded factor is an error.</summary>
public sealed record Reshape(EquatableArray<int> Shape) : Op
{
    public override string Name => "Nn.Reshape";

    public override bool IsView => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0).Type;
        if (!report.Require(Shape.All(s => s > 0) && x.Elements == Shape.Aggregate(1L, (p, s) => p * s), node, () =>
            $"Nn.Reshape: '{node.Input(0).Name}' {x} has {x.Elements} elements, [{string.Join(", ", Shape)}] has {Shape.Aggregate(1L, (p, s) => p * s)}"))
            return;
        if (x.Rows == RowKind.Routed && !report.Require(Shape[0] == x.Shape[0], node, () => $"Nn.Reshape: '{node.Input(0).Name}' {x} has routed rows; an expert must keep its row dimension"))
            return;
        if (x.Rows == RowKind.Sequence && Shape[0] % report.Sequences != 0)
        {
            report.Error(Rules.MovesSequence, node.Source,
                $"Nn.Reshape: dimension 0 of [{string.Join(", ", Shape)}] is not a multiple of the {report.Sequences} sequences that Data shards; keep the sequences as the leading factor");
            node.Output.IsUnknown = true;
            return;
        }
        node.Output.Type = x with { Shape = Shape };
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        var dy = gradients.Of(node.Output)!;
        gradients.Pass(node.Input(0), gradients.Temporary(new Reshape(node.Input(0).Type.Shape), dy));
    }

    public override void Print(Node node, StatementPrinter print)
    {
    }
}
