using System.Numerics.Tensors;
using Shardwright;

namespace LargeModel;

/// <summary>
/// A decoder of 671 billion parameters, of which a token uses 37.6 billion, with the sizes of DeepSeek-V3 (arXiv 2412.19437): 61 layers of width 7168, the first three dense, the others with one shared and 256 routed experts, eight for
/// a token. Attention is grouped-query attention with as many parameters as that model's latent attention. It is never trained here: it is compiled, and its step is timed on clusters that hold it.
/// </summary>
/// <remarks>
/// The mesh is one of the smallest that hold it; <c>Batch</c> is a sequence a rank. A sequence has 192 tokens: on 40,000 chips a rank's memory holds the activations of no more, because nothing is recomputed.
/// </remarks>
[Model, Mesh(Data = 1024, Expert = 256), Precision(NumberFormat.BFloat16), Training(Optimizer.AdamW, MicroBatches = 1)]
public sealed partial class LargeLanguageModel
{
    public const int Vocab = 129280, Width = 7168, DenseHidden = 18432, ExpertHidden = 2048, Heads = 96, KeyValueHeads = 6, DenseLayers = 3, SparseLayers = 58, Context = 192, Batch = 1024;

    public Parameter Embedding { get; } = new(Vocab, Width);
    public Repeated<DenseBlock> DenseBlocks { get; } = new(DenseLayers, () => new(Width, DenseHidden, Heads, KeyValueHeads));
    public Repeated<SparseBlock> SparseBlocks { get; } = new(SparseLayers, () => new(Width, ExpertHidden, Heads, KeyValueHeads));
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Parameter Head { get; } = new(Width, Vocab);

    /// <summary>tokens [Batch, Context] → logits [Batch, Context, Vocab].</summary>
    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = Nn.Embed(tokens, Embedding);
        foreach (var block in DenseBlocks)
            x = block.Forward(x);
        foreach (var block in SparseBlocks)
            x = block.Forward(x);
        return Nn.MatMul(Nn.RmsNorm(x, FinalNorm), Head);
    }

    /// <summary>Mean cross-entropy of the next token, in nats.</summary>
    public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
        => Nn.CrossEntropy(Forward(tokens), targets);
}
