using System.Numerics.Tensors;
using Shardwright;

namespace SparseLanguage;

/// <summary>A byte-level decoder whose feed-forward layers are mixtures of experts: about 13 million parameters, of which a token uses a third.</summary>
[Model, Mesh(Data = 4, Expert = 4), Training(Optimizer.AdamW, MicroBatches = 1)]
public sealed partial class SparseLanguageModel
{
    /// <summary>Every byte is a token, so there is no tokenizer. Batch is a number that every mesh up to 8 data ranks divides.</summary>
    public const int Vocab = 256, Width = 256, Hidden = 512, Heads = 4, Context = 128, Batch = 8, Layers = 4;

    [NoDecay] public Parameter Embedding { get; } = new(Vocab, Width) { Initial = Initial.Normal(0.02f) };
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Repeated<DecoderBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads));

    /// <summary>tokens [Batch, Context] → logits [Batch, Context, Vocab].</summary>
    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = Nn.Embed(tokens, Embedding);
        foreach (var block in Blocks)
            x = block.Forward(x);
        return Nn.MatMul(Nn.RmsNorm(x, FinalNorm), Nn.Transpose(Embedding));      // tied: one parameter, two uses
    }

    /// <summary>Mean cross-entropy of the next byte, in nats.</summary>
    public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
        => Nn.CrossEntropy(Forward(tokens), targets);
}
