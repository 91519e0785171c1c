using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>Splits the last dimension in two.</summary>
    /// <param name="x">[…, width]</param>
    /// <param name="first">Width of the first part, 1 to width − 1.</param>
    /// <returns>[…, first] and […, width − first]</returns>
    /// <exception cref="ArgumentException"><paramref name="first"/> leaves nothing for one of the parts.</exception>
    public static (Tensor<float> First, Tensor<float> Remainder) Split(Tensor<float> x, int first)
    {
        var width = Dense.Width(x);
        if (first < 1 || first >= width)
            throw new ArgumentException($"Nn.Split: x {Dense.Shape(x)}: dimension {x.Rank - 1} is {width}, first is {first}; need 1 to {width - 1}.", nameof(first));
        return (Columns(x, 0, first), Columns(x, first, width - first));
    }

    private static Tensor<float> Columns(Tensor<float> x, int offset, int count)
    {
        int rows = Dense.Rows(x), width = Dense.Width(x);
        var elements = Stored.Read(x);
        var y = new float[rows * count];
        for (var row = 0; row < rows; row++)
            elements.Slice(row * width + offset, count).CopyTo(y.AsSpan(row * count));
        return Stored.Moved(x, y, Dense.WithWidth(x, count));
    }
}
