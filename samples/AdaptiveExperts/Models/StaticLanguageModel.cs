using System.Numerics.Tensors;
using Shardwright;

namespace AdaptiveExperts.Models;

/// <summary>The model with every expert at home: what the others are compared with. Parameter paths are the same in all of them, hence initial values too.</summary>
[Model, Mesh(Data = Sizes.Ranks, Expert = Sizes.Ranks), Training(Optimizer.AdamW, MicroBatches = 1)]
public sealed partial class StaticLanguageModel
{
    public const int Vocab = Sizes.Vocab, Width = Sizes.Width, Hidden = Sizes.Hidden, Heads = Sizes.Heads, Context = Sizes.Context, Batch = Sizes.Batch, Layers = Sizes.Layers;

    [NoDecay] public Parameter Embedding { get; } = new(Vocab, Width) { Initial = Initial.Normal(0.02f) };
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Repeated<StaticBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads));

    /// <summary>tokens [Batch, Context] → logits [Batch, Context, Vocab].</summary>
    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = Nn.Embed(tokens, Embedding);
        foreach (var block in Blocks)
            x = block.Forward(x);
        return Nn.MatMul(Nn.RmsNorm(x, FinalNorm), Nn.Transpose(Embedding));
    }

    /// <summary>Mean cross-entropy of the next byte, in nats.</summary>
    public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
        => Nn.CrossEntropy(Forward(tokens), targets);
}
