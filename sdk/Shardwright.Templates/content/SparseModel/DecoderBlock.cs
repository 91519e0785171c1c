using System.Numerics.Tensors;
using Shardwright;

namespace Company.SparseModel1;

/// <summary>Attention, then two of eight experts a token; x [.., width] → [.., width].</summary>
[Module]
public sealed class DecoderBlock(int width, int hidden, int heads)
{
    [NoDecay] public Parameter AttentionNorm { get; } = new(width) { Initial = Initial.One };
    public Parameter Query { get; } = new(width, width);
    public Parameter Key { get; } = new(width, width);
    public Parameter Value { get; } = new(width, width);
    public Parameter Output { get; } = new(width, width) { Initial = Initial.Normal(0.02f) };
    [NoDecay] public Parameter ExpertNorm { get; } = new(width) { Initial = Initial.One };
    public Parameter Router { get; } = new(width, 8) { Initial = Initial.Normal(0.02f) };

    [Experts]
    public ExpertGroup<Expert> Experts { get; } = new(count: 8, topK: 2, () => new(width, hidden)) { BalanceLoss = 0.01f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        var h = Nn.RmsNorm(x, AttentionNorm);
        var attended = Nn.CausalAttention(Nn.Rope(Nn.MatMul(h, Query), heads), Nn.Rope(Nn.MatMul(h, Key), heads), Nn.MatMul(h, Value), heads);
        x = x + Nn.MatMul(attended, Output);
        h = Nn.RmsNorm(x, ExpertNorm);
        return x + Experts.Forward(h, logits: Nn.MatMul(h, Router));
    }
}
