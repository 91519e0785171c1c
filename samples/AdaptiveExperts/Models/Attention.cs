using System.Numerics.Tensors;
using Shardwright;

namespace AdaptiveExperts.Models;

/// <summary>Pre-norm causal attention with a residual sum; x [.., width] → [.., width].</summary>
[Module]
public sealed class Attention(int width, int heads)
{
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public Parameter Query { get; } = new(width, width);
    public Parameter Key { get; } = new(width, width);
    public Parameter Value { get; } = new(width, width);
    public Parameter Output { get; } = new(width, width) { Initial = Initial.Normal(0.02f) };

    public Tensor<float> Forward(Tensor<float> x)
    {
        var h = Nn.RmsNorm(x, Norm);
        var attended = Nn.CausalAttention(Nn.Rope(Nn.MatMul(h, Query), heads), Nn.Rope(Nn.MatMul(h, Key), heads), Nn.MatMul(h, Value), heads);
        return x + Nn.MatMul(attended, Output);
    }
}
