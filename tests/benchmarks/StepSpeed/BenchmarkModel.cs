using System.Numerics.Tensors;
using Shardwright;
using SparseLanguage;

namespace StepSpeed;

/// <summary>The fixed benchmark shape: width 256, 4 layers, 4 heads, 8 experts of 512, top-2, context 128, batch 16.</summary>
[Model, Mesh, Training(Optimizer.AdamW)]
public sealed partial class BenchmarkModel
{
    public const int Vocab = 256, Width = 256, Hidden = 512, Heads = 4, Context = 128, Batch = 16, Layers = 4;

    [NoDecay] public Parameter Embedding { get; } = new(Vocab, Width) { Initial = Initial.Normal(0.02f) };
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Repeated<DecoderBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads));

    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = Nn.Embed(tokens, Embedding);
        foreach (var block in Blocks)
            x = block.Forward(x);
        return Nn.MatMul(Nn.RmsNorm(x, FinalNorm), Nn.Transpose(Embedding));
    }

    public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
        => Nn.CrossEntropy(Forward(tokens), targets);
}
