using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.Interpretation;

namespace Shardwright.Training.Tests.Gradients;

/// <summary>Whole models, run in double precision by the interpreter of their graphs.</summary>
public sealed class ModelGradientTests
{
    [Theory]
    [InlineData("Sample")]
    [InlineData("GroupedQuery")]
    [InlineData("TwoSizes")]
    public void Interpretation_FirstStep_HasTheLossesAndGradientsOfPyTorch(string model)
    {
        var step = new ReferenceStep(model);

        var (loss, balance, routerZ) = step.Run(backward: true);

        Assert.Equal(step.Fixture.Loss, loss, 1e-9 * step.Fixture.Loss);
        Assert.Equal(step.Fixture.Balance, balance, 1e-9 * step.Fixture.Balance);
        Assert.Equal(step.Fixture.RouterZ, routerZ, 1e-9 * step.Fixture.RouterZ);
        foreach (var (path, gradient) in step.Gradients())
            Assert.True(Compare.RelativeL2(Array.ConvertAll(gradient, g => (float)g), step.Fixture.Gradient(path)) <= 2e-7, path);
    }

    [Theory]
    [InlineData("Sample")]
    [InlineData("GroupedQuery")]
    [InlineData("TwoSizes")]
    public void Gradient_EveryParameter_IsTheSlope(string model)
    {
        var step = new ReferenceStep(model);
        step.Run(backward: true);

        FiniteDifference.AssertDirections(
            () =>
            {
                var (loss, balance, routerZ) = step.Run(backward: false);
                return loss + balance + routerZ;
            },
            step.Parameters, step.Trained, new Random(1));
    }
}
