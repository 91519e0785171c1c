using System.Numerics.Tensors;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>The generated programs against their two oracles: the same class run eagerly, and PyTorch in float64.</summary>
public sealed class OraclesAgreeTests
{
    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 2)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("GroupedQuery", 4, 2)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 4, 2)]
    public void Forward_SameParameters_EqualsEager(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false);
        dynamic eager = Eager(trainer);
        var tokens = fixture.Tokens(0)[..fixture.TokensPerMicroBatch];
        var logits = new float[trainer.Plan.OutputElements];

        trainer.Forward(tokens, logits);

        Tensor<float> expected = eager.Forward(Shaped(fixture, tokens));
        Assert.InRange(Compare.RelativeL2(logits, expected.ToArray()), 0, 1e-6);
    }

    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 2)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("GroupedQuery", 4, 2)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 4, 2)]
    public void Objective_RunEagerly_EqualsTheReportsLossAndAuxiliaryLosses(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false);
        dynamic eager = Eager(trainer);
        int[] tokens = fixture.Tokens(0), targets = fixture.Targets(0);
        // The same weights in every micro-batch: so the mean of their own weighted means is the weighted mean of the step.
        float[] one = fixture.Weights(0)[..fixture.TokensPerMicroBatch], weights = [.. Enumerable.Repeat(one, fixture.MicroBatches).SelectMany(w => w)];

        var report = trainer.Step(tokens, targets, fixture.Weighted ? weights : default);

        double objective = 0;
        for (int start = 0; start < tokens.Length; start += fixture.TokensPerMicroBatch)
        {
            var part = start..(start + fixture.TokensPerMicroBatch);
            Tensor<int> x = Shaped(fixture, tokens[part]), y = Shaped(fixture, targets[part]);
            objective += (float)(fixture.Weighted ? eager.Objective(x, y, Shaped(fixture, one)) : eager.Objective(x, y)) / (double)fixture.MicroBatches;
        }
        Assert.Equal(objective, (double)report.Loss + report.BalanceLoss + report.RouterZLoss, 1e-6 * objective);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 2)]
    public void Sample_TwentyAdamWStepsWithReplayedRoutes_FollowPyTorch(int data, int expert)
    {
        var fixture = ReferenceFixture.Load("Sample");
        var reference = fixture.Training!;
        var options = new TrainerOptions
        {
            LearningRate = reference.LearningRate,
            Beta1 = reference.Beta1,
            Beta2 = reference.Beta2,
            Epsilon = reference.Epsilon,
            WeightDecay = reference.WeightDecay,
            ClipNorm = reference.ClipNorm,
        };
        using var trainer = ReferenceTrainer.Create("Sample", (data, expert), fixture, replay: true, options);

        // Losses and norms belong to parameters that have gone their own way for up to 19 steps, and still agree as if they were identical.
        for (int step = 0; step < reference.Steps; step++)
        {
            var report = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weights(step));
            Near(reference.Losses[step], report.Loss, 1e-5, $"loss of step {step}");
            Near(reference.Balances[step], report.BalanceLoss, 1e-5, $"balance loss of step {step}");
            Near(reference.RouterZs[step], report.RouterZLoss, 1e-5, $"router z-loss of step {step}");
            Near(reference.GradientNorms[step], report.GradientNorm, 1e-5, $"gradient norm of step {step}");
        }
        foreach (var p in trainer.Parameters())
        {
            float[] sampled = [.. trainer.Parameter(p).Where((_, i) => i % reference.FinalStride == 0)];
            double error = Compare.RelativeL2(sampled, fixture.FinalSample(p.Path));
            Assert.True(error <= 1e-4, $"{p.Path} after {reference.Steps} steps: relative L2 {error:e2}");
        }
    }

    [Fact]
    public void CopyFrom_ATrainedModel_GivesAnotherTrainerItsParameters()
    {
        var fixture = ReferenceFixture.Load("TwoSizes");
        using var trained = ReferenceTrainer.Create("TwoSizes", (2, 2), fixture, replay: false);
        using var fresh = new ModelTrainer(TestResource.ModelSource("TwoSizes"), (2, 2), new());
        trained.Step(fixture.Tokens(0), fixture.Targets(0));
        object model = trained.NewModel();

        trained.CopyTo(model);
        fresh.CopyFrom(model);

        foreach (var p in trained.Parameters())
            Compare.SameBits(trained.Parameter(p), fresh.Parameter(p), p.Path);
        foreach (var (path, parameter) in ModelParameters.Of(model))
            Compare.SameBits(trained.Parameter(trained.Parameters().Single(p => p.Path == path)), parameter.Value.ToArray(), path);
    }

    static object Eager(ModelTrainer trainer)
    {
        object model = trainer.NewModel();
        trainer.CopyTo(model);
        return model;
    }

    static Tensor<T> Shaped<T>(ReferenceFixture fixture, T[] values) => Tensor.Create(values, [fixture.Batch, fixture.Context]);

    static void Near(double expected, double actual, double relative, string what) =>
        Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected), $"{what}: {actual:R}, PyTorch has {expected:R}");
}
