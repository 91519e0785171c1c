using System.Numerics.Tensors;
using Shardwright;

namespace Models.Sample;

/// <summary>The sparse language model of the sample at test size, with a loss mask and both auxiliary losses.</summary>
[Model, Mesh(Data = 4, Expert = 4), Training(Optimizer.AdamW, MicroBatches = 2)]
public sealed partial class Sample
{
    public const int Vocab = 64, Width = 32, Hidden = 48, Heads = 4, Context = 16, Batch = 8, Layers = 3;

    public Parameter Embedding { get; } = new(Vocab, Width);
    [NoDecay] public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };
    public Repeated<DecoderBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads));

    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = Nn.Embed(tokens, Embedding);
        foreach (var block in Blocks)
            x = block.Forward(x);
        return Nn.MatMul(Nn.RmsNorm(x, FinalNorm), Nn.Transpose(Embedding));
    }

    public Tensor<float> Loss(
        Tensor<int> tokens,
        [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets,
        [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> weights)
        => Nn.CrossEntropy(Forward(tokens), targets, weights);
}

[Module]
public sealed class DecoderBlock(int width, int hidden, int heads)
{
    [NoDecay] public Parameter AttentionNorm { get; } = new(width) { Initial = Initial.One };
    [Shard(MeshAxis.Tensor, Dimension = 1)] public Parameter Query { get; } = new(width, width);
    [Shard(MeshAxis.Tensor, Dimension = 1)] public Parameter Key { get; } = new(width, width);
    [Shard(MeshAxis.Tensor, Dimension = 1)] public Parameter Value { get; } = new(width, width);
    [Shard(MeshAxis.Tensor, Dimension = 0)] public Parameter Output { get; } = new(width, width);
    [NoDecay] public Parameter ExpertNorm { get; } = new(width) { Initial = Initial.One };
    public Parameter Router { get; } = new(width, 8);

    [Experts]
    public ExpertGroup<SwiGlu> Experts { get; } = new(count: 8, topK: 2, () => new(width, hidden)) { BalanceLoss = 0.01f, RouterZLoss = 0.001f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        var h = Nn.RmsNorm(x, AttentionNorm);
        var attended = Nn.CausalAttention(Nn.Rope(Nn.MatMul(h, Query), heads), Nn.Rope(Nn.MatMul(h, Key), heads), Nn.MatMul(h, Value), heads);
        x = x + Nn.MatMul(attended, Output);
        h = Nn.RmsNorm(x, ExpertNorm);
        return x + Experts.Forward(h, logits: Nn.MatMul(h, Router));
    }
}

[Module]
public sealed class SwiGlu(int width, int hidden) : IExpert
{
    public Parameter Gate { get; } = new(width, hidden);
    public Parameter Up { get; } = new(width, hidden);
    public Parameter Down { get; } = new(hidden, width);

    public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);
}
