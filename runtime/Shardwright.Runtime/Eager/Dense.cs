using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Shardwright;

/// <summary>Tensors as plain row-major spans: what every eager op reads and what it builds its result from.</summary>
internal static class Dense
{
    /// <summary>The elements in row-major order: the tensor's own storage when that is dense, else a copy.</summary>
    public static ReadOnlySpan<T> Read<T>(Tensor<T> x)
    {
        var length = checked((int)x.FlattenedLength);
        if (length == 0)
            return default;
        if (x.IsDense)
            return MemoryMarshal.CreateReadOnlySpan(in x.GetPinnableReference(), length);
        var copy = new T[length];
        x.FlattenTo(copy);
        return copy;
    }

    /// <summary>A tensor over <paramref name="elements"/>, without a copy.</summary>
    public static Tensor<T> Wrap<T>(T[] elements, ReadOnlySpan<nint> shape) => Tensor.Create(elements, shape);

    /// <summary>The last dimension.</summary>
    public static int Width<T>(Tensor<T> x) => checked((int)x.Lengths[^1]);

    /// <summary>The product of all dimensions but the last.</summary>
    public static int Rows<T>(Tensor<T> x)
    {
        var rows = 1;
        foreach (var length in x.Lengths[..^1])
            rows = checked(rows * (int)length);
        return rows;
    }

    /// <summary>The shape with its last dimension replaced.</summary>
    public static nint[] WithWidth<T>(Tensor<T> x, int width) => [.. x.Lengths[..^1], width];

    /// <summary>A shape as messages print it: <c>[16, 128, 256]</c>.</summary>
    public static string Shape<T>(Tensor<T> x) => Shape(x.Lengths);

    /// <inheritdoc cref="Shape{T}(Tensor{T})"/>
    public static string Shape<T>(ReadOnlySpan<T> lengths) => $"[{string.Join(", ", lengths.ToArray())}]";
}
