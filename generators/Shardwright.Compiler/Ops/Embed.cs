using Shardwright.Compiler.Cost;
using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Ops;

/// <summary>y[…, :] = table[tokens[…], :].</summary>
public sealed record Embed : Op
{
    public override string Name => "Nn.Embed";

    public override void InferShapes(Node node, ShapeReport report)
    {
        Value tokens = node.Input(0), table = node.Input(1);
        if (report.Require(tokens.Type.Element == ElementType.Int32 && table.Type is { Rank: 2, Rows: RowKind.None }, node, () =>
            $"Nn.Embed: '{tokens.Name}' is {tokens.Type} and '{table.Name}' is {table.Type}; need token numbers and a table [vocabulary, width]"))
            node.Output.Type = new(ElementType.Float32, tokens.Type.Shape.Append(table.Type.Last).ToEquatable(), tokens.Type.Rows);
    }

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.Emit(new EmbedGradient(node.Input(1).Type.Shape[0]), node.Input(1), [node.Input(0), gradients.Of(node.Output)!]);

    public override OpWork Cost(Node node, CostRule cost) => cost.Gather(node, node.Output, node.Output);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "Embed", [node.Input(0), node.Input(1), node.Output], ("columns", node.Output.Type.Last));
}

/// <summary>Adds each token's gradient row to its row of the table's gradient, in the order of summation.</summary>
public sealed record EmbedGradient(int Vocabulary) : Op
{
    public override void InferShapes(Node node, ShapeReport report) =>
        node.Output.Type = new(ElementType.Float32, new([Vocabulary, node.Input(1).Type.Last]), RowKind.None);

    // The table's gradient is written whole; a token's row is added where the token occurs.
    public override OpWork Cost(Node node, CostRule cost) => cost.Stream(node) with
    {
        VectorElements = cost.Elements(node.Input(1)),
        GpSimdElements = cost.RowCount(node.Input(1)),
        PayloadBytes = cost.RowBytes(node.Input(1)),
    };

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "EmbedGradient", [node.Input(0), node.Input(1), node.Output], ("sequences", print.Segments(node.Input(1))), ("vocabulary", Vocabulary), ("columns", node.Output.Type.Last));
}
