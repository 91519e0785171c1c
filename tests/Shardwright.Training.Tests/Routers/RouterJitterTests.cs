using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Routers;

/// <summary>Random factors of the logits: the trainer's, the eager run's and the reference's are the same, on every mesh, in recomputation too.</summary>
public sealed class RouterJitterTests
{
    [Theory]
    [InlineData("Jitter = 0.1f, BalanceLoss = 0.05f, RouterZLoss = 0.01f")]
    [InlineData("Jitter = 0.5f, Score = RouterScore.Sigmoid, BiasRate = 0.01f, RouterGroups = 4, KeptGroups = 2")]
    public void Jitter_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings) => RouterCheck.Holds(RouterModel.Source(settings));

    [Fact]
    public void Jitter_SeedStepAndMicroBatch_EachDrawOtherFactors_AndEvaluateNone()
    {
        using var trainer = RouterCheck.Create(RouterModel.Source("Jitter = 0.5f"), (1, 1), new TrainerOptions { LearningRate = 0 });
        using var plain = RouterCheck.Create(RouterModel.Source("RouterZLoss = 0f"), (1, 1), new TrainerOptions { LearningRate = 0 });
        using var seeded = RouterCheck.Create(RouterModel.Source("Jitter = 0.5f"), (1, 1), new TrainerOptions { LearningRate = 0, Seed = 7 });
        var (tokens, targets) = RouterCheck.Inputs(0);
        // The same inputs in both micro-batches and steps.
        tokens = [.. tokens[..24], .. tokens[..24]];
        targets = [.. targets[..24], .. targets[..24]];
        Assert.Equal(plain.Evaluate(tokens, targets), trainer.Evaluate(tokens, targets));
        float[] losses = [trainer.Step(tokens, targets).Loss, trainer.Step(tokens, targets).Loss, seeded.Step(tokens, targets).Loss, plain.Step(tokens, targets).Loss];
        Assert.Equal(losses.Length, losses.Distinct().Count());
    }

    [Theory]
    [InlineData("Jitter = 0.3f, Score = RouterScore.Sigmoid, BiasRate = 0.01f, BalanceLoss = 0.01f")]
    [InlineData("BiasRate = 0.1f, BalanceScope = BalanceScope.Sequence, BalanceLoss = 0.01f, Renormalize = false")]
    public void Recompute_OfRouters_ChangesNoBit(string settings)
    {
        string source = RouterModel.Source(settings);
        string recomputed = source.Replace("[Module]\npublic sealed class Block", "[Module, Recompute]\npublic sealed class Block", StringComparison.Ordinal);
        Assert.NotEqual(source, recomputed);
        foreach (var (one, other) in RouterCheck.Train(source, (2, 2)).Zip(RouterCheck.Train(recomputed, (4, 4))))
            Compare.SameBits(one.Values, other.Values, one.Name);
    }

    [Fact]
    public void Jitter_Factors_AreEvenOverTheirRange()
    {
        var (ones, factors) = (Enumerable.Repeat(1f, 100_000).ToArray(), new float[100_000]);
        Shardwright.Execution.Kernels.Jitter(ones, factors, 12_500, 8, 0.2f, key: 99, firstToken: 3);
        Assert.Equal(1, factors.Average(), 1e-3);
        Assert.Equal(0.04 / 3, factors.Average(f => (f - 1.0) * (f - 1.0)), 1e-4);
        Assert.All(factors, f => Assert.InRange(f, 0.8f, 1.2f));
    }
}
