using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>
    /// Rotary position embedding (Su et al. 2021, arXiv:2104.09864) on halves: in every head of size s the pair (i, i + s/2) at position p is turned by p · theta^(−2i/s).
    /// </summary>
    /// <param name="x">[…, positions, heads · s]</param>
    /// <param name="heads">Heads in the last dimension.</param>
    /// <param name="theta">Base of the wavelengths.</param>
    /// <exception cref="ArgumentException">The last dimension is not heads times an even size.</exception>
    public static Tensor<float> Rope(Tensor<float> x, int heads, float theta = 10000f)
    {
        ShapeCheck.Rank("Nn.Rope", nameof(x), x, 2, "[…, positions, heads · head size]");
        int width = Dense.Width(x), length = (int)x.Lengths[^2];
        if (heads < 1 || width % heads != 0 || width / heads % 2 != 0)
            throw new ArgumentException($"Nn.Rope: x {Dense.Shape(x)}: dimension {x.Rank - 1} is {width} for {heads} heads; need heads times an even head size.", nameof(heads));

        var half = width / heads / 2;
        var elements = Stored.Read(x);
        var y = new float[elements.Length];
        for (var row = 0; row < Dense.Rows(x); row++)
        {
            var position = row % length;
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(position * Math.Pow(theta, -(double)i / half));
                for (var head = 0; head < heads; head++)
                {
                    var first = row * width + head * 2 * half + i;
                    var second = first + half;
                    y[first] = elements[first] * (float)cosine - elements[second] * (float)sine;
                    y[second] = elements[first] * (float)sine + elements[second] * (float)cosine;
                }
            }
        }

        return Stored.Wrap(y, x.Lengths);
    }
}
