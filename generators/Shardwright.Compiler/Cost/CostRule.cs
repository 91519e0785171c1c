using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Ops;
using Shardwright.Compiler.Plan;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Cost;

/// <summary>What an op's cost rule may ask: how much of a value one rank holds, in parts that depend on routing and parts that do not.</summary>
public sealed class CostRule(DeviceMesh mesh)
{
    /// <summary>Elements of a value on one rank.</summary>
    public Amount Elements(Value value)
    {
        long elements = LocalShapes.Elements(value, mesh);
        return value.Type.Rows == RowKind.Routed ? new(0, elements) : IsPerExpert(value) ? new(0, 0, elements) : new(elements);
    }

    /// <summary>Their bytes in HBM.</summary>
    public Amount Bytes(Value value) => Elements(value) * value.ElementBytes;

    /// <summary>Bytes of one instance of a parameter, or of its gradient, on one rank.</summary>
    public Amount ParameterBytes(ParameterDeclaration parameter) => parameter.Experts > 0 ? new(0, 0, 4 * parameter.Elements) : new(4 * parameter.Elements);

    /// <summary>Rows: all dimensions but the last.</summary>
    public Amount RowCount(Value value)
    {
        var elements = Elements(value);
        int last = value.Type.Last;
        return new(elements.Fixed / last, elements.PerRow / last, elements.PerExpert / last);
    }

    /// <summary>Bytes of a row.</summary>
    public int RowBytes(Value value) => value.Type.Last * value.ElementBytes;

    /// <summary>Every operand and result passes once between HBM and core, every operand once through the vector engine.</summary>
    public OpWork Stream(Node node)
    {
        Amount read = default, written = default, elements = default;
        // A slot without a replica is not read: at even load none is.
        foreach (var value in node.Reads.Where(v => v != node.Replicas).Distinct())
        {
            read += Bytes(value);
            elements += Elements(value);
        }
        foreach (var value in node.Outputs)
            written += Bytes(value);
        if (!node.Reads.Any())
            elements = node.Outputs.Aggregate(default(Amount), (sum, value) => sum + Elements(value));
        return new() { VectorElements = elements, ReadBytes = read, WriteBytes = written };
    }

    /// <summary>Passes over every element of the first operand.</summary>
    public OpWork Rows(Node node, int vectorPasses, int scalarPasses = 0) => Stream(node) with
    {
        VectorElements = Elements(node.Input(0)) * vectorPasses,
        ScalarElements = Elements(node.Input(0)) * scalarPasses,
    };

    /// <summary>Rows that are read or written one by one by their number: <paramref name="moved"/> in payloads of a row, a descriptor each.</summary>
    public OpWork Gather(Node node, Value moved, Value rows)
    {
        var work = Stream(node);
        // Of the tensor that is looked up only the rows in question are read, once for each copy.
        var others = node.Outputs.Contains(moved) ? work.WriteBytes : work.ReadBytes;
        return work with
        {
            VectorElements = default,
            GpSimdElements = RowCount(rows),
            ReadBytes = node.Outputs.Contains(moved) ? Bytes(moved) : others,
            PayloadBytes = RowBytes(moved),
        };
    }

    /// <summary>y = x · w.</summary>
    public MatrixWork Product(Value x, int inner, int columns, OperandFormat format) => x.Type.Rows == RowKind.Routed
        ? new(RowsOfOne(x), 0, inner, columns, format, RoutedDimension.Rows) : new(1, RowCount(x).Fixed, inner, columns, format);

    /// <summary>xᵀ · dy, summed over token rows.</summary>
    public MatrixWork SumOverRows(Value x, int rows, int columns, OperandFormat format) => x.Type.Rows == RowKind.Routed
        ? new(RowsOfOne(x), rows, 0, columns, format, RoutedDimension.Inner) : new(1, rows, RowCount(x).Fixed, columns, format);

    /// <summary>
    /// Products of [length, size] · [size, length] or the like for every sequence and head, of which causality leaves (length + 1) / 2 of the keys for a query on average; as many exponentials. Scores stay on the chip.
    /// </summary>
    public OpWork Attention(Node node, int heads, int products, int vectorPasses)
    {
        var q = LocalShapes.Of(node.Input(0), mesh);
        long batch = (long)q[0] * heads, keys = (q[1] + 1) / 2, scores = batch * q[1] * keys;
        var format = node.Precision.IsLow ? OperandFormat.BFloat16 : OperandFormat.Float32;
        int size = q[2] / heads;
        return Stream(node) with
        {
            Products = [new(batch * products, q[1], size, keys, format)],
            VectorElements = new(scores * vectorPasses),
            ScalarElements = new(scores),
        };
    }

    /// <summary>The rate at which a product of activations and weights runs.</summary>
    public OperandFormat Format(Node node) => node.Precision.Operands;

    /// <summary>A group by the name that emitted code gives it.</summary>
    public static CollectiveGroup GroupOf(string name) => (CollectiveGroup)Enum.Parse(typeof(CollectiveGroup), name);

    // A routed value of more than two dimensions has several rows of its last dimension a routed row.
    long RowsOfOne(Value x) => LocalShapes.Elements(x, mesh) / x.Type.Last;

    /// <summary>Parameters of experts, and what an expert's statements make that is no row: one of it for every expert of the rank.</summary>
    static bool IsPerExpert(Value value) => value.Storage.Parameter is { Experts: > 0 } || value.Region?.Owner?.Op is ExpertLoop;
}
