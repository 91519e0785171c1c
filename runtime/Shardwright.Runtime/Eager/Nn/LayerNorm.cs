using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>
    /// Normalisation of every row to mean 0 and variance 1: y = (x − mean) / √(variance + epsilon) · gain + bias (Ba, Kiros and Hinton 2016, arXiv:1607.06450).
    /// </summary>
    /// <param name="x">[…, width]</param>
    /// <param name="gain">[width]</param>
    /// <param name="bias">[width]</param>
    /// <param name="epsilon">Added to the (biased) variance.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor<float> LayerNorm(Tensor<float> x, Tensor<float> gain, Tensor<float> bias, float epsilon = 1e-5f)
    {
        ShapeCheck.RowVector("Nn.LayerNorm", x, nameof(gain), gain);
        ShapeCheck.RowVector("Nn.LayerNorm", x, nameof(bias), bias);
        var width = Dense.Width(x);
        ReadOnlySpan<float> elements = Stored.Read(x), scale = Stored.Read(gain), shift = Stored.Read(bias);
        var y = new float[elements.Length];
        for (var start = 0; start < y.Length; start += width)
        {
            var row = elements.Slice(start, width);
            var mean = Rows.Sum(row) / width;
            var variance = 0.0;
            foreach (var element in row)
                variance += (element - mean) * (element - mean);
            var inverse = 1 / Math.Sqrt(variance / width + epsilon);
            for (var c = 0; c < width; c++)
                y[start + c] = (float)((row[c] - mean) * inverse) * scale[c] + shift[c];
        }

        return Stored.Wrap(y, x.Lengths);
    }
}
