using System.Numerics.Tensors;
using Shardwright;

namespace SparseLanguage;

/// <summary>
/// <see cref="SparseLanguageModel"/> whose routers and experts keep their initial values: what <c>--freeze-experts</c> trains, to show how much of the result the experts learned.
/// Parameter paths and initial values are the sparse model's, so both runs start from the same weights. The attributes are compile-time facts; hence a second model and not a switch.
/// </summary>
[Model, Mesh(Data = 4, Expert = 4), Training(Optimizer.AdamW, MicroBatches = 1)]
public sealed partial class FrozenExpertsLanguageModel
{
    public const int Vocab = SparseLanguageModel.Vocab, Width = SparseLanguageModel.Width, Hidden = SparseLanguageModel.Hidden, Heads = SparseLanguageModel.Heads;
    public const int Context = SparseLanguageModel.Context, Batch = SparseLanguageModel.Batch, Layers = SparseLanguageModel.Layers;

    [NoDecay] public Parameter Embedding { get; } = new(Vocab, Width) { Initial = Initial.Normal(0.02f) };
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Repeated<FrozenExpertsBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads));

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
