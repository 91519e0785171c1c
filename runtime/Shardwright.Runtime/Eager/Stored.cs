using System.Numerics.Tensors;
using Shardwright.Execution;

namespace Shardwright;

/// <summary>
/// Tensors between operations as the ambient format stores them: bf16 for every low format, float32 else. What an operation reads is rounded as well, since it may come
/// from an operator of Tensor, which stored it unrounded; rounding twice is rounding once.
/// </summary>
internal static class Stored
{
    /// <summary>The format of stored tensors.</summary>
    public static NumberFormat Format => Numerics.Format == NumberFormat.Float32 ? NumberFormat.Float32 : NumberFormat.BFloat16;

    /// <summary>The elements in row-major order, rounded unless they are a parameter's or a state's.</summary>
    public static ReadOnlySpan<float> Read(Tensor<float> x)
    {
        var elements = Dense.Read(x);
        if (Format == NumberFormat.Float32 || Master.Of(x) is not null)
            return elements;
        var rounded = elements.ToArray();
        Kernels.Round(rounded, Format);
        return rounded;
    }

    /// <summary>A result: rounds the elements in place and wraps them.</summary>
    public static Tensor<float> Wrap(float[] elements, ReadOnlySpan<nint> shape)
    {
        Kernels.Round(elements, Format);
        return Dense.Wrap(elements, shape);
    }

    /// <summary>A result that holds elements of <paramref name="source"/> in other places: of a parameter it is as unrounded as the parameter.</summary>
    public static Tensor<float> Moved(Tensor<float> source, float[] elements, ReadOnlySpan<nint> shape)
    {
        var moved = Dense.Wrap(elements, shape);
        return Master.Of(source)?.Mark(moved) ?? moved;
    }

    /// <summary>
    /// Both operands of a product, a in rows of k and b in matrices of [k, n], in the format of the product: a parameter's own precision, b's before a's, else the
    /// ambient one.
    /// </summary>
    public static void ReadOperands(Tensor<float> a, Tensor<float> b, int k, int n, out ReadOnlySpan<float> left, out ReadOnlySpan<float> right)
    {
        left = Read(a);
        right = Read(b);
        var format = Master.Of(b)?.Precision ?? Master.Of(a)?.Precision ?? Numerics.Format;
        if (format == NumberFormat.Float32)
            return;
        var rows = new float[left.Length];
        Kernels.RoundRows(left, rows, left.Length / k, k, format);
        var columns = new float[right.Length];
        Kernels.RoundColumns(right, columns, right.Length / (k * n), k, n, format);
        left = rows;
        right = columns;
    }
}
