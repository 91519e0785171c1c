using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>The sum of all elements, a scalar: columns first, then (for token rows) a fold inside a sequence and the tree over sequences.</summary>
public sealed record Sum : Op
{
    public override string Name => "Nn.Sum";

    public override bool IsRowWise => false;

    public override bool CanRecompute => false;

    public override bool IsStatistic(int output) => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0).Type;
        if (!report.Require(x.Element == ElementType.Float32 && x.Rows != RowKind.Routed, node, () => $"Nn.Sum: '{node.Input(0).Name}' {x} cannot be summed to a scalar here"))
            return;
        node.Output.Type = TensorType.Scalar;
        node.Outputs[1].Type = x.Rows == RowKind.None ? TensorType.Scalar : x.WithShape(x.Shape.Take(Math.Max(1, x.Rank - 1)));
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        if (gradients.ConstantOf(node.Output) is { } constant)
            gradients.Emit(new Fill(constant, node.Input(0).Type), node.Input(0), []);
        else
            gradients.Emit(new Fill(ScalarFactor.One, node.Input(0).Type), node.Input(0), [gradients.Of(node.Output)!]);
    }

    public override void Print(Node node, StatementPrinter print)
    {
        var x = node.Input(0);
        if (x.Type.Rows == RowKind.None)
        {
            print.Kernel(node, "SumColumns", [x, node.Output], ("rows", 1), ("columns", print.Elements(x)));
            return;
        }
        int columns = x.Type.Rank > 1 ? x.Type.Last : 1;
        int rows = (int)(print.Elements(x) / columns);
        print.Kernel(node, "SumColumns", [x, node.Outputs[1]], ("rows", rows), ("columns", columns));
        print.Kernel(node, "SumTokens", [node.Outputs[1], node.Output], ("sequences", print.Segments(node.Outputs[1], rows)), ("columns", 1));
    }
}

/// <summary>Sums token rows: [t, c] → [c]. The gradient of anything added to every row.</summary>
public sealed record SumTokens(TensorType Result) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = Result;

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "SumTokens", [node.Input(0), node.Output],
            ("sequences", print.Segments(node.Input(0), (int)(node.Input(0).Type.Rows == RowKind.Routed ? 0 : print.Elements(node.Input(0)) / Result.Elements))), ("columns", Result.Elements));
}

/// <summary>Sums the trailing elements of every row: the gradient of a column broadcast over them.</summary>
public sealed record SumColumns(TensorType Result) : Op
{
    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = Result;

    public override void Print(Node node, StatementPrinter print)
    {
        long sums = print.Elements(node.Output);
        object rows = node.Output.Type.Rows != RowKind.Routed ? sums : sums == 1 ? "rows" : $"rows * {sums}";
        print.Kernel(node, "SumColumns", [node.Input(0), node.Output], ("rows", rows), ("columns", print.Elements(node.Input(0)) / sums));
    }
}

/// <summary>Fills a tensor with a scalar gradient times a factor known at compile time.</summary>
public sealed record Fill(ScalarFactor Factor, TensorType Result) : Op
{
    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = Result;

    public override void Print(Node node, StatementPrinter print)
    {
        string factor = print.Factor(Factor);
        if (node.Inputs.Count > 0)
            factor = Factor == ScalarFactor.One ? $"{print.Of(node.Input(0))}[0]" : $"{print.Of(node.Input(0))}[0] * {factor}";
        print.Kernel(node, "Fill", [node.Output, factor]);
    }
}

/// <summary>A gradient of a scalar that is known before the step runs: a number, or a number over the loss's global denominator.</summary>
public readonly record struct ScalarFactor(double Number, bool OverLossDenominator = false)
{
    public static readonly ScalarFactor One = new(1);

    public static ScalarFactor operator *(ScalarFactor factor, double number) => factor with { Number = factor.Number * number };
}
