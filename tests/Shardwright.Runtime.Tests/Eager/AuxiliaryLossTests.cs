using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class AuxiliaryLossTests
{
    // Two tokens, two experts, top-1, logits (ln 3, 0) and (ln 3, 0): both go to expert 0. f = (1, 0), P = (3/4, 1/4), 2 · Σ f·P = 1.5; logsumexp = ln 4.
    private static readonly Tensor<float> Skewed = Data.Of([MathF.Log(3), 0, MathF.Log(3), 0], 2, 2);

    [Fact]
    public void Record_SkewedRouting_IsTheHandComputedLoss()
    {
        using var losses = AuxiliaryLosses.Record();
        Run(0.01f, 0.001f, Skewed);
        Assert.Equal(0.01 * 1.5, losses.Balance, 1e-8);
        Assert.Equal(0.001 * Math.Pow(Math.Log(4), 2), losses.RouterZ, 1e-9);
        Assert.Equal(losses.Balance + losses.RouterZ, losses.Total);
    }

    // Uniform logits: P = 1/2 each, so balance = 1 whatever the routes, its minimum under balance.
    [Fact]
    public void Record_EqualLogits_IsOneTimesTheCoefficient()
    {
        using var losses = AuxiliaryLosses.Record();
        Run(0.5f, 0, Data.Of(new float[4], 2, 2));
        Assert.Equal(0.5f, losses.Balance);
        Assert.Equal(0, losses.RouterZ);
    }

    [Fact]
    public void Record_RandomTopTwo_EqualsDoubleReference()
    {
        const int tokens = 7, experts = 5;
        var logits = Data.Random(3, tokens, experts);
        using var losses = AuxiliaryLosses.Record();
        new ExpertGroup<Identity>(experts, 2, () => new()) { BalanceLoss = 1, RouterZLoss = 1 }.Forward(Data.Random(4, tokens, 2), logits);

        var rows = Data.Flat(logits).Chunk(experts).ToArray();
        var chosen = rows.SelectMany(row => row.Index().OrderByDescending(l => l.Item).Take(2).Select(l => l.Index)).ToArray();
        var balance = experts * Enumerable.Range(0, experts).Sum(e => chosen.Count(c => c == e) / 14.0 * rows.Average(row => Math.Exp(row[e]) / row.Sum(v => Math.Exp(v))));
        var routerZ = rows.Average(row => Math.Pow(Math.Log(row.Sum(v => Math.Exp(v))), 2));
        Assert.Equal(balance, losses.Balance, 1e-6);
        Assert.Equal(routerZ, losses.RouterZ, 1e-5);
    }

    [Fact]
    public void Record_SeveralLayers_AddsThem_AndAlsoToTheOuterRecorder()
    {
        using var outer = AuxiliaryLosses.Record();
        Run(0.01f, 0, Skewed);
        using (var inner = AuxiliaryLosses.Record())
        {
            Run(0.01f, 0, Skewed);
            Run(0.01f, 0, Skewed);
            Assert.Equal(0.03, inner.Balance, 1e-8);
        }

        Assert.Equal(0.045, outer.Balance, 1e-8);
    }

    [Fact]
    public void Record_AfterDispose_RecordsNothing()
    {
        var losses = AuxiliaryLosses.Record();
        losses.Dispose();
        Run(0.01f, 0.01f, Skewed);
        Assert.Equal(0, losses.Total);
    }

    [Fact]
    public async Task Record_InParallel_KeepsFlowsApart()
    {
        var totals = await Task.WhenAll(Enumerable.Range(1, 8).Select(coefficient => Task.Run(() =>
        {
            using var losses = AuxiliaryLosses.Record();
            for (var i = 0; i < 20; i++)
                Run(coefficient, 0, Skewed);
            return losses.Balance;
        })));
        Assert.Equal([30f, 60, 90, 120, 150, 180, 210, 240], totals);
    }

    private static void Run(float balance, float routerZ, Tensor<float> logits) =>
        new ExpertGroup<Identity>(2, 1, () => new()) { BalanceLoss = balance, RouterZLoss = routerZ }.Forward(Data.Of([1, 2], 2, 1), logits);

    private sealed class Identity : IExpert
    {
        public Tensor<float> Forward(Tensor<float> x) => x;
    }
}
