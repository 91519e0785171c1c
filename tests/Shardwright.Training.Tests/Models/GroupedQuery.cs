using System.Numerics.Tensors;
using Shardwright;

namespace Models.GroupedQuery;

/// <summary>Grouped-query attention, LayerNorm and biases everywhere, a dense layer before the expert layers, an untied head.</summary>
[Model, Mesh(Data = 2, Expert = 2), Training(Optimizer.AdamW, MicroBatches = 2)]
public sealed partial class GroupedQuery
{
    public const int Vocab = 48, Width = 32, Hidden = 40, Heads = 4, KeyValueHeads = 2, Context = 12, Batch = 8, Layers = 2;

    public Parameter Embedding { get; } = new(Vocab, Width);
    public DenseBlock First { get; } = new(Width, 2 * Hidden, Heads, KeyValueHeads);
    public Repeated<ExpertBlock> Blocks { get; } = new(Layers, () => new(Width, Hidden, Heads, KeyValueHeads));
    [NoDecay] public Parameter FinalGain { get; } = new(Width) { Initial = Initial.One };
    [NoDecay] public Parameter FinalBias { get; } = new(Width);
    public Parameter Head { get; } = new(Width, Vocab);
    [NoDecay] public Parameter HeadBias { get; } = new(Vocab);

    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
    {
        var x = First.Forward(Nn.Embed(tokens, Embedding));
        foreach (var block in Blocks)
            x = block.Forward(x);
        return Nn.MatMul(Nn.LayerNorm(x, FinalGain, FinalBias), Head) + HeadBias;
    }

    public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets)
        => Nn.CrossEntropy(Forward(tokens), targets);
}

[Module]
public sealed class Attention(int width, int heads, int keyValueHeads)
{
    [NoDecay] public Parameter NormGain { get; } = new(width) { Initial = Initial.One };
    [NoDecay] public Parameter NormBias { get; } = new(width);
    public Parameter Query { get; } = new(width, width);
    [NoDecay] public Parameter QueryBias { get; } = new(width);
    public Parameter KeyValue { get; } = new(width, 2 * keyValueHeads * (width / heads));
    [NoDecay] public Parameter KeyValueBias { get; } = new(2 * keyValueHeads * (width / heads));
    public Parameter Gate { get; } = new(width, width);
    public Parameter Output { get; } = new(width, width);
    [NoDecay] public Parameter OutputBias { get; } = new(width);

    public Tensor<float> Forward(Tensor<float> x)
    {
        var h = Nn.LayerNorm(x, NormGain, NormBias);
        var query = Nn.Rope(Nn.MatMul(h, Query) + QueryBias, heads);
        var (key, value) = Nn.Split(Nn.MatMul(h, KeyValue) + KeyValueBias, keyValueHeads * (width / heads));
        var attended = Nn.CausalAttention(query, Nn.Rope(key, keyValueHeads), value, heads);
        return x + (Nn.MatMul(attended * Nn.Sigmoid(Nn.MatMul(h, Gate)), Output) + OutputBias);
    }
}

[Module]
public sealed class DenseBlock(int width, int hidden, int heads, int keyValueHeads)
{
    public Attention Attention { get; } = new(width, heads, keyValueHeads);
    [NoDecay] public Parameter NormGain { get; } = new(width) { Initial = Initial.One };
    [NoDecay] public Parameter NormBias { get; } = new(width);
    public Parameter Up { get; } = new(width, hidden);
    [NoDecay] public Parameter UpBias { get; } = new(hidden);
    public Parameter Down { get; } = new(hidden, width);
    [NoDecay] public Parameter DownBias { get; } = new(width);

    public Tensor<float> Forward(Tensor<float> x)
    {
        x = Attention.Forward(x);
        var h = Nn.MatMul(Nn.LayerNorm(x, NormGain, NormBias), Up) + UpBias;
        var (smooth, bounded) = Nn.Split(h, hidden / 4);
        return x + Nn.MatMul(Nn.Concat(Nn.Gelu(smooth), Nn.Tanh(bounded)), Down) + DownBias;
    }
}

[Module]
public sealed class ExpertBlock(int width, int hidden, int heads, int keyValueHeads)
{
    public Attention Attention { get; } = new(width, heads, keyValueHeads);
    [NoDecay] public Parameter NormGain { get; } = new(width) { Initial = Initial.One };
    [NoDecay] public Parameter NormBias { get; } = new(width);
    public Parameter Router { get; } = new(width, 8);
    [NoDecay] public Parameter RouterBias { get; } = new(8);

    [Experts]
    public ExpertGroup<GeluExpert> Experts { get; } = new(count: 8, topK: 2, () => new(width, hidden)) { BalanceLoss = 0.02f, RouterZLoss = 0.001f };

    public Tensor<float> Forward(Tensor<float> x)
    {
        x = Attention.Forward(x);
        var h = Nn.LayerNorm(x, NormGain, NormBias);
        return x + Experts.Forward(h, Nn.MatMul(h, Router) + RouterBias);
    }
}

[Module]
public sealed class GeluExpert(int width, int hidden) : IExpert
{
    public Parameter Up { get; } = new(width, hidden);
    [NoDecay] public Parameter UpBias { get; } = new(hidden);
    public Parameter Down { get; } = new(hidden, width);
    [NoDecay] public Parameter DownBias { get; } = new(width);

    public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Gelu(Nn.MatMul(x, Up) + UpBias), Down) + DownBias;
}
