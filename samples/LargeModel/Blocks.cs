using System.Numerics.Tensors;
using Shardwright;

namespace LargeModel;

/// <summary>
/// Pre-norm grouped-query attention with residual sum: 96 heads and 6 key-value heads of 128. Query, key, value and output have 187.2 million parameters; DeepSeek-V3's latent attention with 128 heads has 187.1 million.
/// </summary>
[Module]
public sealed class Attention(int width, int heads, int keyValueHeads)
{
    public const int HeadSize = 128;

    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public Parameter Query { get; } = new(width, heads * HeadSize);
    public Parameter Key { get; } = new(width, keyValueHeads * HeadSize);
    public Parameter Value { get; } = new(width, keyValueHeads * HeadSize);
    public Parameter Output { get; } = new(heads * HeadSize, width);

    public Tensor<float> Forward(Tensor<float> x)
    {
        var h = Nn.RmsNorm(x, Norm);
        var attended = Nn.CausalAttention(Nn.Rope(Nn.MatMul(h, Query), heads), Nn.Rope(Nn.MatMul(h, Key), keyValueHeads), Nn.MatMul(h, Value), heads);
        return x + Nn.MatMul(attended, Output);
    }
}

/// <summary>down(silu(gate(x)) · up(x)). Source: Shazeer, "GLU Variants Improve Transformer", arXiv 2002.05202.</summary>
[Module]
public sealed class SwiGlu(int width, int hidden) : IExpert
{
    public Parameter Gate { get; } = new(width, hidden);
    public Parameter Up { get; } = new(width, hidden);
    public Parameter Down { get; } = new(hidden, width);

    public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);
}

/// <summary>Attention, then a dense feed-forward layer.</summary>
[Module]
public sealed class DenseBlock(int width, int hidden, int heads, int keyValueHeads)
{
    public Attention Attention { get; } = new(width, heads, keyValueHeads);
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public SwiGlu FeedForward { get; } = new(width, hidden);

    public Tensor<float> Forward(Tensor<float> x)
    {
        x = Attention.Forward(x);
        return x + FeedForward.Forward(Nn.RmsNorm(x, Norm));
    }
}

/// <summary>Attention, then a shared expert and eight of 256 routed ones.</summary>
[Module]
public sealed class SparseBlock(int width, int hidden, int heads, int keyValueHeads)
{
    public Attention Attention { get; } = new(width, heads, keyValueHeads);
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public SwiGlu Shared { get; } = new(width, hidden);
    [Precision(NumberFormat.Float32)] public Parameter Router { get; } = new(width, 256) { Initial = Initial.Normal(0.02f) };

    [Experts]
    public ExpertGroup<SwiGlu> Experts { get; } = new(count: 256, topK: 8, () => new(width, hidden)) { BalanceLoss = 0.001f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        x = Attention.Forward(x);
        var h = Nn.RmsNorm(x, Norm);
        return x + Shared.Forward(h) + Experts.Forward(h, logits: Nn.MatMul(h, Router));
    }
}
