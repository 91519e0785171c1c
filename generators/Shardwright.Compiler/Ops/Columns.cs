using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>Columns [offset, offset + count) of the last dimension: one part of <c>Nn.Split</c>.</summary>
public sealed record TakeColumns(int Offset, int Count) : Op
{
    public override string Name => "Nn.Split";

    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report)
    {
        var x = node.Input(0).Type;
        int count = Count < 0 ? x.Last - Offset : Count;
        if (report.Require(x.Rank >= 1 && Offset >= 0 && count > 0 && Offset + count <= x.Last, node, () =>
            $"Nn.Split: '{node.Input(0).Name}' is {x}; cannot take columns {Offset} to {Offset + count} of {x.Last}"))
            node.Output.Type = x.WithLast(count);
    }

    public override void Differentiate(Node node, GradientBuilder gradients) =>
        gradients.Emit(new PlaceColumns(Offset, node.Input(0).Type.Last), node.Input(0), [gradients.Of(node.Output)!]);

    public override void Print(Node node, StatementPrinter print) =>
        print.Kernel(node, "CopyColumns", [node.Input(0), node.Output], ("rows", print.Rows(node.Output)), ("sourceColumns", node.Input(0).Type.Last), ("sourceOffset", Offset),
            ("targetColumns", node.Output.Type.Last), ("targetOffset", 0), ("columns", node.Output.Type.Last));
}

/// <summary>The adjoint of taking columns: places them into a wider zero tensor.</summary>
public sealed record PlaceColumns(int Offset, int Width) : Op
{
    public override bool CanAccumulate => true;

    public override void InferShapes(Node node, ShapeReport report) => node.Output.Type = node.Input(0).Type.WithLast(Width);

    public override void Print(Node node, StatementPrinter print)
    {
        if (node.Accumulated is null)
            print.Statement($"Kernels.Clear({print.Of(node.Output)});");
        int columns = node.Input(0).Type.Last;
        print.Kernel(node, "CopyColumns", [node.Input(0), node.Output], ("rows", print.Rows(node.Output)), ("sourceColumns", columns), ("sourceOffset", 0),
            ("targetColumns", Width), ("targetOffset", Offset), ("columns", columns));
    }
}

/// <summary><c>Nn.Concat(a, b)</c> along the last dimension.</summary>
public sealed record Concat : Op
{
    public override string Name => "Nn.Concat";

    public override void InferShapes(Node node, ShapeReport report)
    {
        TensorType a = node.Input(0).Type, b = node.Input(1).Type;
        if (report.Require(a.Rank >= 1 && a.Rank == b.Rank && a.Shape.Take(a.Rank - 1).SequenceEqual(b.Shape.Take(b.Rank - 1)) && a.Rows == b.Rows, node, () =>
            $"Nn.Concat: '{node.Input(0).Name}' is {a} and '{node.Input(1).Name}' is {b}; all dimensions but the last must be equal"))
            node.Output.Type = a.WithLast(a.Last + b.Last);
    }

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        var dy = gradients.Of(node.Output)!;
        int first = node.Input(0).Type.Last;
        gradients.Emit(new TakeColumns(0, first), node.Input(0), [dy]);
        gradients.Emit(new TakeColumns(first, node.Input(1).Type.Last), node.Input(1), [dy]);
    }

    public override void Print(Node node, StatementPrinter print)
    {
        int offset = 0;
        foreach (var part in node.Inputs)
        {
            print.Kernel(node, "CopyColumns", [part, node.Output], ("rows", print.Rows(node.Output)), ("sourceColumns", part.Type.Last), ("sourceOffset", 0),
                ("targetColumns", node.Output.Type.Last), ("targetOffset", offset), ("columns", part.Type.Last));
            offset += part.Type.Last;
        }
    }
}
