using Shardwright.Compiler.Emit;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;

namespace Shardwright.Compiler.Ops;

/// <summary>a ∘ b for one of + − × ÷, with broadcasting of one operand over leading or trailing dimensions.</summary>
public abstract record Elementwise(string Symbol) : Op
{
    public override string Name => $"operator {Symbol}";

    public override void InferShapes(Node node, ShapeReport report)
    {
        Value a = node.Input(0), b = node.Input(1);
        var full = Broadcasting.Result(a.Type, b.Type);
        if (!report.Require(full is not null, node, () => $"operator {Symbol}: '{a.Name}' is {a.Type} and '{b.Name}' is {b.Type}; {Broadcasting.Explain(a.Type, b.Type)}"))
            return;
        var rows = a.Type.Rows == RowKind.None ? b.Type.Rows : a.Type.Rows;
        if (!report.Require(full == a.Type.Shape || full == b.Type.Shape, node, () =>
            $"operator {Symbol}: '{a.Name}' {a.Type} and '{b.Name}' {b.Type} each broadcast to the other; one operand must have the result's shape"))
            return;
        var (wide, narrow) = full == a.Type.Shape ? (a, b) : (b, a);
        if (!report.Require(narrow.Type.Elements == 1 || Broadcasting.Period(full!.Value, narrow.Type.Shape).Repeat > 0, node, () =>
            $"operator {Symbol}: '{narrow.Name}' {narrow.Type} repeats over a dimension between its own in '{wide.Name}' {wide.Type}; only leading or trailing dimensions can repeat: reshape so that they are neighbours"))
            return;
        if (rows == RowKind.Sequence && !HasRows(a.Type, full!.Value) | !HasRows(b.Type, full.Value))
        {
            report.Error(Rules.MovesSequence, node.Source,
                $"operator {Symbol}: '{a.Name}' is {a.Type} and '{b.Name}' is {b.Type}, and only one of them has the sequences that Data shards as dimension 0; a rank would meet its own sequences with all of the other's");
            node.Output.IsUnknown = true;
            return;
        }
        if (!report.Require(rows != RowKind.Routed || HasRows(a.Type, full!.Value) && HasRows(b.Type, full.Value), node, () =>
            $"operator {Symbol}: '{a.Name}' is {a.Type} and '{b.Name}' is {b.Type}, and only one of them has the rows of its expert as dimension 0; how many rows an expert gets is known only when the step runs: leave that dimension out"))
            return;
        node.Output.Type = new(ElementType.Float32, full!.Value, rows);
    }

    /// <summary>Whether an operand of token rows is split as the result is; one without token rows must not reach into dimension 0.</summary>
    static bool HasRows(TensorType type, EquatableArray<int> full) => type.Rows == RowKind.None
        ? type.Rank < full.Count || type.Shape[0] == 1
        : type.Rank == full.Count && type.Shape[0] == full[0];

    public override bool CanOverwrite(int input) => true;

    public override bool CanGroup(Node node) => node.Input(0).Type == node.Input(1).Type;

    /// <summary>The operand of full shape and the broadcast one (equal shapes: the operands as they stand).</summary>
    protected static (Value Full, Value Other, bool Reversed) Operands(Node node) =>
        node.Input(0).Type.Shape == node.Output.Type.Shape ? (node.Input(0), node.Input(1), false) : (node.Input(1), node.Input(0), true);

    /// <summary>Passes <paramref name="adjoint"/> (of full shape) to an operand, summed over the dimensions along which it was broadcast.</summary>
    protected static void PassReduced(GradientBuilder gradients, Value operand, Value adjoint)
    {
        if (operand.RequiresGradient)
            gradients.PassReduced(operand, adjoint);
    }

    public override void Print(Node node, StatementPrinter print)
    {
        var (full, other, reversed) = Operands(node);
        string kernel = Symbol switch { "+" => "Add", "−" => "Subtract", "×" => "Multiply", _ => "Divide" };
        if (other.Type.Shape == full.Type.Shape)
        {
            print.Kernel(node, kernel, [node.Input(0), node.Input(1), node.Output]);
            return;
        }
        var (repeat, length) = Broadcasting.Period(print.LocalShape(full), print.LocalShape(other));
        var sizes = new List<(string, object)> { ("repeat", repeat), ("length", length) };
        if (reversed && kernel is "Subtract" or "Divide")
            sizes.Add(("reversed", reversed));
        print.Kernel(node, kernel + "Broadcast", [full, other, node.Output], [.. sizes]);
    }
}

public sealed record Add() : Elementwise("+")
{
    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        foreach (var operand in node.Inputs)
            if (operand.Type.Shape == node.Output.Type.Shape)
                gradients.PassThrough(node.Output, operand);
            else
                PassReduced(gradients, operand, gradients.Of(node.Output)!);
    }
}

public sealed record Subtract() : Elementwise("−")
{
    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        if (node.Input(0).Type.Shape == node.Output.Type.Shape)
            gradients.PassThrough(node.Output, node.Input(0));
        else
            PassReduced(gradients, node.Input(0), gradients.Of(node.Output)!);
        if (node.Input(1).RequiresGradient)
            PassReduced(gradients, node.Input(1), gradients.Temporary(new Scale(-1), gradients.Of(node.Output)!));
    }
}

public sealed record Multiply() : Elementwise("×")
{
    public override bool CanAccumulate => true;

    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value a = node.Input(0), b = node.Input(1), dy = gradients.Of(node.Output)!;
        Factor(a, b);
        Factor(b, a);

        void Factor(Value operand, Value factor)
        {
            if (!operand.RequiresGradient)
                return;
            if (operand.Type.Shape == dy.Type.Shape)
                gradients.Emit(new Multiply(), operand, [dy, factor]);
            else
                PassReduced(gradients, operand, gradients.Temporary(new Multiply(), dy, factor));
        }
    }
}

public sealed record Divide() : Elementwise("÷")
{
    public override void Differentiate(Node node, GradientBuilder gradients)
    {
        Value a = node.Input(0), b = node.Input(1), dy = gradients.Of(node.Output)!;
        var quotient = a.RequiresGradient || b.RequiresGradient ? gradients.Temporary(new Divide(), dy, b) : null;
        if (a.RequiresGradient)
            PassReduced(gradients, a, quotient!);
        if (b.RequiresGradient)
            PassReduced(gradients, b, gradients.Temporary(new Scale(-1), gradients.Temporary(new Multiply(), quotient!, node.Output)));
    }
}
