using System.Collections.Concurrent;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>
/// One order of summation: whatever the mesh, the kernel threads or the dispatch, a run has the bits of mesh 1×1 with one thread. Sample has both auxiliary losses, a loss mask, two micro-batches, and
/// clips at every step.
/// </summary>
public sealed class MeshesAgreeTests
{
    static readonly ConcurrentDictionary<(string Model, int Steps), Lazy<TrainingRun>> Baselines = new();

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(4, 4)]
    [InlineData(8, 2)]
    [InlineData(8, 8)]
    public void Sample_TwentySteps_HaveTheBitsOfOneRank(int data, int expert)
    {
        var baseline = Baseline("Sample", 20);
        Assert.All(baseline.Curves[3], norm => Assert.True(norm > 1f, $"gradient norm {norm}: clipping must be active"));
        TrainingRun.AssertSameBits(baseline, TrainingRun.Of("Sample", (data, expert), 20));
    }

    [Theory]
    [InlineData("GroupedQuery", 2, 1)]
    [InlineData("GroupedQuery", 4, 4)]
    [InlineData("GroupedQuery", 8, 2)]
    [InlineData("TwoSizes", 2, 2)]
    [InlineData("TwoSizes", 4, 1)]
    [InlineData("TwoSizes", 8, 8)]
    public void OtherModel_FiveSteps_HaveTheBitsOfOneRank(string model, int data, int expert) =>
        TrainingRun.AssertSameBits(Baseline(model, 5), TrainingRun.Of(model, (data, expert), 5));

    [Theory]
    [InlineData("Sample", 1, 1, 1)]     // a repeated run
    [InlineData("Sample", 1, 1, 2)]
    [InlineData("Sample", 1, 1, 3)]
    [InlineData("Sample", 4, 2, 2)]
    [InlineData("Sample", 4, 2, 3)]
    [InlineData("GroupedQuery", 4, 4, 3)]
    [InlineData("TwoSizes", 2, 2, 2)]
    public void Threads_OneTwoOrThreeARank_SameBits(string model, int data, int expert, int threads) =>
        TrainingRun.AssertSameBits(Baseline(model, 5), TrainingRun.Of(model, (data, expert), 5, new() { LearningRate = 1e-3f, Threads = threads }));

    [Theory]
    [InlineData("Sample", 4, 2, "Padded")]
    [InlineData("Sample", 4, 2, "Gathered")]
    [InlineData("Sample", 8, 8, "Padded")]
    [InlineData("Sample", 8, 8, "Gathered")]
    [InlineData("TwoSizes", 4, 4, "Padded")]
    [InlineData("TwoSizes", 4, 4, "Gathered")]
    public void Dispatch_PaddedOrGathered_HasTheBitsOfAllToAllV(string model, int data, int expert, string dispatch)
    {
        string source = TestResource.ModelSource(model).Replace("[Experts]", $"[Experts(Dispatch = Dispatch.{dispatch})]", StringComparison.Ordinal);
        TrainingRun.AssertSameBits(Baseline(model, 5), TrainingRun.Of(model, (data, expert), 5, source: source));
    }

    static TrainingRun Baseline(string model, int steps) =>
        Baselines.GetOrAdd((model, steps), key => new(() => TrainingRun.Of(key.Model, (1, 1), key.Steps, new() { LearningRate = 1e-3f, Threads = 1 }))).Value;
}
