using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

/// <summary>A whole sparse language model as a user writes it, run eagerly.</summary>
public sealed class ModelTests
{
    private const int Vocabulary = 16, Width = 12, Heads = 3, Length = 6, Batch = 2;

    private static readonly int[] Tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Fact]
    public void Loss_OfAFreshModel_IsNearTheLogOfTheVocabularyAndReproducible()
    {
        var losses = new float[2];
        for (var run = 0; run < 2; run++)
            losses[run] = new LanguageModel(seed: 5).Loss(Data.Integers(Tokens, Batch, Length), Data.Integers([.. Tokens.Reverse()], Batch, Length))[[0]];
        Assert.Equal(losses[0], losses[1]);
        Assert.InRange(losses[0], Math.Log(Vocabulary) - 1, Math.Log(Vocabulary) + 2);
    }

    [Fact]
    public void Forward_LaterTokenChanges_EarlierLogitsKeepTheirBits()
    {
        var model = new LanguageModel(seed: 5);
        var before = Data.Flat(model.Forward(Data.Integers(Tokens, Batch, Length)));
        int[] changed = [.. Tokens];
        changed[4] = 15;
        var after = Data.Flat(model.Forward(Data.Integers(changed, Batch, Length)));
        Assert.Equal(before[..(4 * Vocabulary)], after[..(4 * Vocabulary)]);
        Assert.NotEqual(before[(4 * Vocabulary)..(6 * Vocabulary)], after[(4 * Vocabulary)..(6 * Vocabulary)]);
        Assert.Equal(before[(6 * Vocabulary)..], after[(6 * Vocabulary)..]);
    }

    [Fact]
    public void Forward_Recorded_AddsAnAuxiliaryTermForEveryLayer()
    {
        using var losses = AuxiliaryLosses.Record();
        new LanguageModel(seed: 5).Forward(Data.Integers(Tokens, Batch, Length));
        // Two layers of 0.01 · E · Σ f·P, each 0.01 when balanced and at most 0.02 (f ≤ 1 / top-k).
        Assert.InRange(losses.Balance, 0.015f, 0.04f);
    }

    [Model, Mesh(Data = 2, Expert = 2), Training(Optimizer.AdamW, MicroBatches = 1)]
    private sealed class LanguageModel
    {
        public LanguageModel(ulong seed)
        {
            Embedding.Name(nameof(Embedding), seed);
            for (var i = 0; i < Blocks.Count; i++)
                Blocks[i].NameParameters($"Blocks[{i}]", seed);
        }

        public Parameter Embedding { get; } = new(Vocabulary, Width);

        [NoDecay]
        public Parameter FinalNorm { get; } = new(Width) { Initial = Initial.One };

        public Repeated<Block> Blocks { get; } = new(2, () => new(Width, 20, Heads));

        public Tensor<float> Forward([Shape(nameof(Batch), nameof(Length)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens)
        {
            var x = Nn.Embed(tokens, Embedding);
            foreach (var block in Blocks)
                x = block.Forward(x);
            return Nn.MatMul(Nn.RmsNorm(x, FinalNorm), Nn.Transpose(Embedding));
        }

        public Tensor<float> Loss(Tensor<int> tokens, Tensor<int> targets) => Nn.CrossEntropy(Forward(tokens), targets);
    }

    [Module]
    private sealed class Block(int width, int hidden, int heads)
    {
        [NoDecay]
        public Parameter Norm { get; } = new(width) { Initial = Initial.One };

        [Shard(MeshAxis.Tensor, Dimension = 1)]
        public Parameter Query { get; } = new(width, width);

        public Parameter Key { get; } = new(width, width / heads);

        public Parameter Value { get; } = new(width, width / heads);

        public Parameter Router { get; } = new(width, 4);

        [Frozen]
        public Parameter Scale { get; } = new(1) { Initial = Initial.Constant(0.5f) };

        [State]
        public State Offset { get; } = new(4);

        [Experts(Placement = Placement.Adaptive, Dispatch = Dispatch.Padded)]
        public ExpertGroup<SwiGlu> Experts { get; } = new(count: 4, topK: 2, () => new(width, hidden)) { BalanceLoss = 0.01f };

        public Tensor<float> Forward(Tensor<float> x)
        {
            var h = Nn.RmsNorm(x, Norm);
            x = x + Nn.CausalAttention(Nn.Rope(Nn.MatMul(h, Query), heads), Nn.Rope(Nn.MatMul(h, Key), 1), Nn.MatMul(h, Value), heads);
            return x + Experts.Forward(x, logits: Nn.MatMul(x, Router) + Offset) * Scale;
        }

        public void NameParameters(string path, ulong seed)
        {
            Query.Name($"{path}.Query", seed);
            Key.Name($"{path}.Key", seed);
            Value.Name($"{path}.Value", seed);
            Router.Name($"{path}.Router", seed);
            for (var e = 0; e < Experts.Count; e++)
                Experts[e].NameParameters($"{path}.Experts[{e}]", seed);
        }
    }

    [Module]
    private sealed class SwiGlu(int width, int hidden) : IExpert
    {
        public Parameter Gate { get; } = new(width, hidden);

        public Parameter Up { get; } = new(width, hidden);

        public Parameter Down { get; } = new(hidden, width);

        public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, Gate)) * Nn.MatMul(x, Up), Down);

        public void NameParameters(string path, ulong seed)
        {
            Gate.Name($"{path}.Gate", seed);
            Up.Name($"{path}.Up", seed);
            Down.Name($"{path}.Down", seed);
        }
    }
}
