using System.Numerics.Tensors;
using Shardwright;

namespace Models.TwoSizes;

/// <summary>
/// One module at two sizes, helper methods, constant <c>if</c> and <c>for</c>, two expert groups (one in repeated blocks, one on the model), broadcasting in both directions,
/// and a loss with one term over sharded tokens and one over a replicated parameter.
/// </summary>
[Model, Mesh(Data = 2, Expert = 2), Training(Optimizer.AdamW)]
public sealed partial class TwoSizes
{
    public const int Vocab = 40, Width = 24, Groups = 4, Context = 10, Batch = 8, Layers = 2;
    public const float Penalty = 0.05f;
    public const bool UsePositions = true;

    public Parameter Embedding { get; } = new(Vocab, Width);
    public Parameter Positions { get; } = new(Context, Width);
    public FeedForward Narrow { get; } = new(Width, 16, rounds: 1);
    public TokenMixer Mixer { get; } = new(Width);
    public Repeated<RoutedBlock> Blocks { get; } = new(Layers, () => new(Width, 28));
    public FeedForward Wide { get; } = new(Width, 56, rounds: 2);
    [NoDecay] public Parameter ScaleGain { get; } = new(Width) { Initial = Initial.One };
    [NoDecay] public Parameter Shift { get; } = new(Width);
    public Parameter Router { get; } = new(Width, 16);

    [Experts]
    public ExpertGroup<ReluExpert> Specialists { get; } = new(count: 16, topK: 1, () => new(Width, 20)) { BalanceLoss = 0.02f, RouterZLoss = 0.002f };

    public Parameter Head { get; } = new(Width, Vocab);

    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = Nn.Embed(tokens, Embedding);
        if (UsePositions)
            x = x + Positions;
        x = Mixer.Forward(Narrow.Forward(x));
        foreach (var block in Blocks)
            x = block.Forward(x);
        x = Wide.Forward(x);

        var h = Standardise(x, ScaleGain, Shift);
        x = x - Specialists.Forward(h, logits: Nn.MatMul(h, Router));

        var features = Nn.Reshape(x, Batch, Context, Groups, Width / Groups);
        var shares = Nn.Reshape(Nn.Softmax(features), Batch, Context, Width);
        x = Helpers.Blend(x, x * shares, 0.25f);
        return Nn.MatMul(x / (ScaleGain + 1f), Head);
    }

    public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
    {
        var logits = Forward(tokens);
        return Nn.CrossEntropy(logits, targets) + Penalty * Nn.Mean(logits * logits) + 0.001f * Nn.Sum(Nn.Tanh(ScaleGain) * ScaleGain);
    }

    private static Tensor<float> Standardise(Tensor<float> x, Tensor<float> scale, Tensor<float> shift) => (x - shift) / scale;
}

internal static class Helpers
{
    public static Tensor<float> Blend(Tensor<float> a, Tensor<float> b, float share) => a * (1f - share) + b * share;
}

[Module]
public sealed class FeedForward(int width, int hidden, int rounds)
{
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public Parameter Up { get; } = new(width, hidden);
    public Parameter Down { get; } = new(hidden, width);

    public Tensor<float> Forward(Tensor<float> x)
    {
        for (int round = 0; round < rounds; round++)
        {
            var h = Nn.MatMul(Nn.RmsNorm(x, Norm), Up);
            if (hidden > width)
                h = Nn.Silu(h) - 0.1f * h;
            else
                h = 1f - Nn.Exp(h * 0.5f);
            x = x + Nn.MatMul(h, Down) / (1f + round);
        }

        return x;
    }
}

[Module]
public sealed class TokenMixer(int width)
{
    public Parameter Query { get; } = new(width, width);
    public Parameter Key { get; } = new(width, width);
    public Parameter GatedValue { get; } = new(width, width + 1);

    public Tensor<float> Forward(Tensor<float> x)
    {
        var scores = Nn.MatMul(Nn.MatMul(x, Query), Nn.Transpose(Nn.MatMul(x, Key))) / 4f;
        var mixed = Nn.MatMul(Nn.Softmax(scores), x);
        var (gate, value) = Nn.Split(Nn.MatMul(mixed, GatedValue), 1);
        return x + Nn.Sigmoid(gate) * value;
    }
}

[Module]
public sealed class RoutedBlock(int width, int hidden)
{
    [NoDecay] public Parameter Norm { get; } = new(width) { Initial = Initial.One };
    public Parameter Router { get; } = new(width, 8);

    [Experts]
    public ExpertGroup<GatedExpert> Experts { get; } = new(count: 8, topK: 3, () => new(width, hidden)) { BalanceLoss = 0.01f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        var h = Nn.RmsNorm(x, Norm);
        return x + Experts.Forward(h, Nn.MatMul(h, Router));
    }
}

[Module]
public sealed class GatedExpert(int width, int hidden) : IExpert
{
    public Parameter Gate { get; } = new(width, hidden);
    public Parameter Up { get; } = new(width, hidden);
    public Parameter Down { get; } = new(hidden, width);

    public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Sigmoid(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);
}

[Module]
public sealed class ReluExpert(int width, int hidden) : IExpert
{
    public Parameter Up { get; } = new(width, hidden);
    public Parameter Down { get; } = new(hidden, width);

    public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Relu(Nn.MatMul(x, Up)), Down);
}
