using System.Numerics.Tensors;
using Shardwright;
using SparseLanguage;

namespace AdaptiveExperts.Models;

/// <summary>Attention, then two of 64 experts a token, each expert on its home rank; x [.., width] → [.., width].</summary>
[Module]
public sealed class StaticBlock(int width, int hidden, int heads)
{
    public Attention Attention { get; } = new(width, heads);
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public Parameter Router { get; } = new(width, Sizes.Experts) { Initial = Initial.Normal(0.02f) };

    [Experts(Placement = Placement.Static, Order = Sizes.Order)]
    public ExpertGroup<SwiGlu> Experts { get; } = new(count: Sizes.Experts, topK: Sizes.TopK, () => new(width, hidden)) { BalanceLoss = 0.001f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        x = Attention.Forward(x);
        var h = Nn.RmsNorm(x, Norm);
        return x + Experts.Forward(h, logits: Nn.MatMul(h, Router));
    }
}
