using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Routers;

/// <summary>A bias that quantiles of each sequence's scores set: it chooses, has no part in gates or gradients, and is the same on every mesh.</summary>
public sealed class QuantileBalancingTests
{
    private const string Sigmoid = "QuantileBalancing = true, Score = RouterScore.Sigmoid";

    // 3 · 4 copies a sequence on 12 experts; 3 · 2 on 8, which do not divide.
    [Theory]
    [InlineData(Sigmoid, 12, 4)]
    [InlineData(Sigmoid + ", RouterZLoss = 0.01f, GateScale = 2.5f", 8, 2)]
    [InlineData("QuantileBalancing = true", 8, 3)]
    [InlineData("QuantileBalancing = true, Score = RouterScore.SqrtSoftplus, Jitter = 0.1f, CapacityFactor = 1f", 8, 7)]
    public void Bias_AnyScore_EqualsEagerReferenceAndEveryMesh(string settings, int experts, int topK) => RouterCheck.Holds(RouterModel.Source(settings, experts, topK));

    [Fact]
    public void Bias_OfTheSameTokensAgainAndAgain_EvensOutTheLoad()
    {
        using var trainer = RouterCheck.Create(RouterModel.Source(Sigmoid, 12, 4), (2, 2), new TrainerOptions { LearningRate = 0, WeightDecay = 0 });
        // One sequence, sixteen times: what evens it out evens out the batch.
        var (tokens, targets) = RouterCheck.Inputs(2);
        tokens = [.. Enumerable.Range(0, 16).SelectMany(_ => tokens[..3])];
        int Uneven(StepReport report) => report.TokensPerExpert(1, 0).ToArray().Sum(copies => Math.Abs(copies - 16));
        int first = Uneven(trainer.Step(tokens, targets)), last = 0;
        for (int step = 0; step < 8; step++)
            last = Uneven(trainer.Step(tokens, targets));
        Assert.True(last < first / 2, $"copies beside the even load: {first} with the biases at first, {last} after 8 steps");
    }

    [Fact]
    public void Bias_RecomputedEvaluatedAndCopied_IsThatOfTheSteps()
    {
        string source = RouterModel.Source(Sigmoid), recomputed = source.Replace("[Module]\npublic sealed class Block", "[Module, Recompute]\npublic sealed class Block", StringComparison.Ordinal);
        Assert.NotEqual(source, recomputed);
        foreach (var (one, other) in RouterCheck.Train(source, (2, 2)).Zip(RouterCheck.Train(recomputed, (4, 4))))
            Compare.SameBits(one.Values, other.Values, one.Name);
    }
}
