using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>Swaps the last two dimensions.</summary>
    /// <param name="x">[…, m, n]</param>
    /// <returns>[…, n, m]</returns>
    /// <exception cref="ArgumentException">There are fewer than two dimensions.</exception>
    public static Tensor<float> Transpose(Tensor<float> x)
    {
        ShapeCheck.Rank("Nn.Transpose", nameof(x), x, 2, "[…, m, n]");
        int m = (int)x.Lengths[^2], n = Dense.Width(x);
        var elements = Stored.Read(x);
        var y = new float[elements.Length];
        for (var matrix = 0; matrix < y.Length; matrix += m * n)
        {
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                    y[matrix + j * m + i] = elements[matrix + i * n + j];
            }
        }

        return Stored.Moved(x, y, [.. x.Lengths[..^2], n, m]);
    }
}
