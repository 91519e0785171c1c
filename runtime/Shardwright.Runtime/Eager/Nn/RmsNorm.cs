using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>Root-mean-square normalisation of every row: y = x / √(mean(x²) + epsilon) · gain (Zhang and Sennrich 2019, arXiv:1910.07467).</summary>
    /// <param name="x">[…, width]</param>
    /// <param name="gain">[width]</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor<float> RmsNorm(Tensor<float> x, Tensor<float> gain, float epsilon = 1e-5f)
    {
        ShapeCheck.RowVector("Nn.RmsNorm", x, nameof(gain), gain);
        var width = Dense.Width(x);
        ReadOnlySpan<float> elements = Stored.Read(x), scale = Stored.Read(gain);
        var y = new float[elements.Length];
        for (var start = 0; start < y.Length; start += width)
        {
            var row = elements.Slice(start, width);
            var squares = 0.0;
            foreach (var element in row)
                squares += (double)element * element;
            var inverse = (float)(1 / Math.Sqrt(squares / width + epsilon));
            for (var c = 0; c < width; c++)
                y[start + c] = row[c] * inverse * scale[c];
        }

        return Stored.Wrap(y, x.Lengths);
    }
}
