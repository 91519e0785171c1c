namespace Shardwright.Compiler.Graph;

public enum ElementType
{
    Float32,
    Int32,
}

/// <summary>What the leading dimension of a tensor counts.</summary>
public enum RowKind
{
    /// <summary>No token rows: parameters, scalars, tables.</summary>
    None,

    /// <summary>Dimension 0 has the global sequence index as its major factor; sums over it follow the summation tree.</summary>
    Sequence,

    /// <summary>Dimension 0 is the rows that routing brought to this rank's experts: known only at run time.</summary>
    Routed,
}

/// <summary>Element type, global shape and the meaning of the leading dimension. For <see cref="RowKind.Routed"/>, dimension 0 is the global number of routed copies.</summary>
public sealed record TensorType(ElementType Element, EquatableArray<int> Shape, RowKind Rows)
{
    public static readonly TensorType Scalar = new(ElementType.Float32, default, RowKind.None);

    public int Rank => Shape.Count;

    public int Last => Shape.Count == 0 ? 1 : Shape[Shape.Count - 1];

    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    public TensorType WithShape(IEnumerable<int> shape) => this with { Shape = shape.ToEquatable() };

    public TensorType WithLast(int size) => WithShape(Shape.Take(Rank - 1).Append(size));

    public override string ToString() => $"[{string.Join(", ", Shape)}]";
}
