using System.Numerics.Tensors;
using Shardwright;
using SparseLanguage;

namespace AdaptiveExperts.Models;

/// <summary><see cref="StaticBlock"/> whose hot experts are replicated, up to two on each rank.</summary>
[Module]
public sealed class AdaptiveBlock(int width, int hidden, int heads)
{
    public Attention Attention { get; } = new(width, heads);
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public Parameter Router { get; } = new(width, Sizes.Experts) { Initial = Initial.Normal(0.02f) };

    [Experts(Placement = Placement.Adaptive, Slots = 2, LeastTokens = 1, Order = Sizes.Order)]
    public ExpertGroup<SwiGlu> Experts { get; } = new(count: Sizes.Experts, topK: Sizes.TopK, () => new(width, hidden)) { BalanceLoss = 0.001f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        x = Attention.Forward(x);
        var h = Nn.RmsNorm(x, Norm);
        return x + Experts.Forward(h, logits: Nn.MatMul(h, Router));
    }
}
