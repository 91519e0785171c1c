using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>The generated programs against PyTorch in float64, from identical parameters.</summary>
public sealed class GeneratedAgreesWithPyTorchTests
{
    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("Sample", 4, 2)]
    [InlineData("GroupedQuery", 4, 4)]
    [InlineData("TwoSizes", 2, 2)]
    public void Step_FirstStep_LossAndEveryGradientAgree(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false);

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);

        Assert.Equal(fixture.Loss, report.Loss, 1e-5 * Math.Abs(fixture.Loss));
        Assert.Equal(fixture.Balance, report.BalanceLoss, 1e-5 * Math.Abs(fixture.Balance) + 1e-9);
        Assert.Equal(fixture.RouterZ, report.RouterZLoss, 1e-5 * Math.Abs(fixture.RouterZ) + 1e-9);
        var wrong = trainer.Parameters().Select(p => (p.Path, Error: Compare.RelativeL2(trainer.Gradient(p), fixture.Gradient(p.Path)))).Where(e => !(e.Error <= 1e-5)).ToList();
        Assert.True(wrong.Count == 0, string.Join(", ", wrong.Select(e => $"{e.Path}: relative L2 {e.Error:e2}")));
        Assert.Equal(fixture.GradientNorm, report.GradientNorm, 1e-5 * fixture.GradientNorm);
    }

    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 4)]
    [InlineData("GroupedQuery", 1, 1)]
    [InlineData("GroupedQuery", 2, 2)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 4, 2)]
    public void Step_EveryFurtherStepFromTheInitialParameters_LossAndEveryGradientAgree(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        Assert.NotEmpty(fixture.FurtherSteps);
        foreach (var expected in fixture.FurtherSteps)
        {
            using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false);
            var report = trainer.Step(fixture.Tokens(expected.Step), fixture.Targets(expected.Step), fixture.Weighted ? fixture.Weights(expected.Step) : default);

            Assert.Equal(expected.Loss, report.Loss, 1e-5 * Math.Abs(expected.Loss));
            Assert.Equal(expected.Balance, report.BalanceLoss, 1e-5 * Math.Abs(expected.Balance));
            Assert.Equal(expected.RouterZ, report.RouterZLoss, 1e-5 * Math.Abs(expected.RouterZ));
            Assert.Equal(expected.GradientNorm, report.GradientNorm, 1e-5 * expected.GradientNorm);
            var wrong = trainer.Parameters()
                .Select(p => (p.Path, Error: Compare.RelativeL2([.. trainer.Gradient(p).Where((_, i) => i % fixture.FurtherStride == 0)], fixture.GradientSample(expected, p.Path))))
                .Where(e => !(e.Error <= 1e-5)).ToList();
            Assert.True(wrong.Count == 0, string.Join(", ", wrong.Select(e => $"step {expected.Step}, {e.Path}: relative L2 {e.Error:e2}")));
        }
    }
}
