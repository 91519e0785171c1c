namespace Shardwright.Hardware;

/// <summary>Which dimension of a product is the number of rows that routing brought to an expert.</summary>
public enum RoutedDimension
{
    /// <summary>None: all three sizes are known.</summary>
    None,

    /// <summary>Rows of y = x · w, once for each expert of the rank.</summary>
    Rows,

    /// <summary>The summed dimension of dw = xᵀ · dy, once for each expert of the rank.</summary>
    Inner,
}

/// <summary><paramref name="Count"/> products [rows, inner] · [inner, columns] of one rank; 2 · rows · inner · columns FLOPs each.</summary>
/// <param name="Count">Products of this size; for routed products, of each expert.</param>
/// <param name="Rows">Rows of the result; ignored when they are routed.</param>
/// <param name="Inner">Length of the sums; ignored when it is routed.</param>
/// <param name="Columns">Columns of the result.</param>
/// <param name="Format">Format of the operands.</param>
/// <param name="Routed">The dimension that an expert's number of rows takes.</param>
public readonly record struct MatrixWork(long Count, long Rows, long Inner, long Columns, OperandFormat Format, RoutedDimension Routed = RoutedDimension.None)
{
    /// <summary>The product of an expert with this many rows; the product itself when nothing is routed.</summary>
    public MatrixWork With(long expertRows) => Routed switch
    {
        RoutedDimension.Rows => this with { Rows = expertRows, Routed = RoutedDimension.None },
        RoutedDimension.Inner => this with { Inner = expertRows, Routed = RoutedDimension.None },
        _ => this,
    };

    /// <summary>Floating-point operations, two for a multiply-add. All sizes must be known.</summary>
    public long Flops => checked(2 * Count * Rows * Inner * Columns);
}

/// <summary>
/// What one statement asks of one rank, before any machine is named: products for the tensor engine, elements for the others, bytes between HBM and the core. An op reads each operand and writes each
/// result once; what is larger than on-chip memory is charged again where the time is computed.
/// </summary>
public sealed record OpWork
{
    /// <summary>No work: views, marks.</summary>
    public static readonly OpWork None = new();

    /// <summary>Matrix products.</summary>
    public IReadOnlyList<MatrixWork> Products { get; init; } = [];

    /// <summary>Element operations with one streamed operand; one with two counts twice.</summary>
    public Amount VectorElements { get; init; }

    /// <summary>Elements that go through an activation function.</summary>
    public Amount ScalarElements { get; init; }

    /// <summary>Elements that are gathered, scattered, sorted or counted.</summary>
    public Amount GpSimdElements { get; init; }

    /// <summary>Bytes read from HBM.</summary>
    public Amount ReadBytes { get; init; }

    /// <summary>Bytes written to HBM.</summary>
    public Amount WriteBytes { get; init; }

    /// <summary>Contiguous bytes of one DMA payload where rows are gathered or scattered one by one; 0 where memory is streamed.</summary>
    public int PayloadBytes { get; init; }

    /// <summary>Whether the work depends on how many rows routing brought.</summary>
    public bool IsRouted => Products.Any(p => p.Routed != RoutedDimension.None)
        || (VectorElements.PerRow | ScalarElements.PerRow | GpSimdElements.PerRow | ReadBytes.PerRow | WriteBytes.PerRow) != 0;
}
