using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class LearningRateScheduleTests
{
    private static readonly TrainerOptions Options = new() { LearningRate = 1, WarmupSteps = 4, DecaySteps = 6, FinalLearningRateFraction = 0.1f };

    // Warm-up: quarters. Then 0.1 + 0.9 (1 + cos(πt/6))/2: cos 0, 30°, …: 1, √3/2, ½, 0, −½, −√3/2, −1.
    [Theory]
    [InlineData(0, 0.25f), InlineData(1, 0.5f), InlineData(2, 0.75f), InlineData(3, 1f)]
    [InlineData(4, 1f), InlineData(5, 0.939711432f), InlineData(6, 0.775f), InlineData(7, 0.55f)]
    [InlineData(8, 0.325f), InlineData(9, 0.160288568f), InlineData(10, 0.1f), InlineData(1000, 0.1f)]
    public void At_WarmUpThenCosine_EqualsTheHandComputedRate(int step, float expected)
        => Assert.Equal(expected, LearningRateSchedule.At(Options, step), 1e-7f);

    [Theory, InlineData(0), InlineData(100)]
    public void At_NoWarmUpAndNoDecay_IsConstant(int step) => Assert.Equal(3e-4f, LearningRateSchedule.At(new TrainerOptions(), step));

    [Fact]
    public void At_WarmUpOnly_StaysAtThePeak() => Assert.Equal(1f, LearningRateSchedule.At(Options with { DecaySteps = 0 }, 4));
}
