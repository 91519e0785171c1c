using System.Numerics.Tensors;
using Shardwright;

namespace Company.SparseModel1;

/// <summary>A byte-level decoder whose feed-forward layers are mixtures of experts, trained on four ranks that share the batch and hold two experts of eight each.</summary>
[Model, Mesh(Data = 4, Expert = 4), Training(Optimizer.AdamW)]
public sealed partial class SparseDecoder
{
    public const int Vocab = 256, Width = 64, Hidden = 128, Heads = 4, Context = 64, Batch = 8, Layers = 2;

    [NoDecay] public Parameter Embedding { get; } = new(Vocab, Width) { Initial = Initial.Normal(0.02f) };
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Repeated<DecoderBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads));

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
