using System.Numerics.Tensors;

namespace Shardwright;

public static partial class Nn
{
    /// <summary>x · sigmoid(x).</summary>
    public static Tensor<float> Silu(Tensor<float> x) => Map(x, static v => v / (1 + MathF.Exp(-v)));

    /// <summary>0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))): the tanh approximation of Hendrycks and Gimpel (arXiv:1606.08415).</summary>
    public static Tensor<float> Gelu(Tensor<float> x) => Map(x, static v => 0.5f * v * (1 + MathF.Tanh(0.7978845608f * (v + 0.044715f * v * v * v))));

    /// <summary>max(x, 0).</summary>
    public static Tensor<float> Relu(Tensor<float> x) => Map(x, static v => MathF.Max(v, 0));

    /// <summary>1 / (1 + exp(−x)).</summary>
    public static Tensor<float> Sigmoid(Tensor<float> x) => Map(x, static v => 1 / (1 + MathF.Exp(-v)));

    /// <summary>The hyperbolic tangent.</summary>
    public static Tensor<float> Tanh(Tensor<float> x) => Map(x, MathF.Tanh);

    /// <summary>The exponential.</summary>
    public static Tensor<float> Exp(Tensor<float> x) => Map(x, MathF.Exp);

    private static Tensor<float> Map(Tensor<float> x, Func<float, float> function)
    {
        var elements = Stored.Read(x);
        var y = new float[elements.Length];
        for (var i = 0; i < y.Length; i++)
            y[i] = function(elements[i]);
        return Stored.Wrap(y, x.Lengths);
    }
}
