using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>Joins two tensors along the last dimension.</summary>
    /// <param name="a">[…, m]</param>
    /// <param name="b">[…, n], with the leading dimensions of <paramref name="a"/>.</param>
    /// <returns>[…, m + n]</returns>
    /// <exception cref="ArgumentException">The leading dimensions differ.</exception>
    public static Tensor<float> Concat(Tensor<float> a, Tensor<float> b)
    {
        ShapeCheck.SameLeading("Nn.Concat", nameof(a), a, 1, nameof(b), b, 1);
        int rows = Dense.Rows(a), m = Dense.Width(a), n = Dense.Width(b);
        ReadOnlySpan<float> left = Stored.Read(a), right = Stored.Read(b);
        var y = new float[rows * (m + n)];
        for (var row = 0; row < rows; row++)
        {
            left.Slice(row * m, m).CopyTo(y.AsSpan(row * (m + n)));
            right.Slice(row * n, n).CopyTo(y.AsSpan(row * (m + n) + m));
        }

        return Stored.Wrap(y, Dense.WithWidth(a, m + n));
    }
}
