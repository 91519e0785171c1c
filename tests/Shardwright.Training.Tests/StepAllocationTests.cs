using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>Runs alone: allocations of other tests would count.</summary>
[CollectionDefinition(nameof(StepAllocationTests), DisableParallelization = true)]
[Collection(nameof(StepAllocationTests))]
public sealed class StepAllocationTests
{
    const int WarmUp = 10, Steps = 20, Windows = 4;

    [Theory]
    [InlineData("Sample", 1, 1, 1)]
    [InlineData("Sample", 4, 4, 1)]
    [InlineData("Sample", 4, 4, 2)]
    [InlineData("Sample", 8, 8, 0)]
    [InlineData("Sample", 1, 1, 7)]
    [InlineData("TwoSizes", 1, 1, 2)]
    [InlineData("TwoSizes", 4, 4, 1)]
    public void Step_OfAWarmTrainer_AllocatesNoManagedByteOnAnyThread(string model, int data, int expert, int threads) => AllocatesNothing(model, data, expert, threads, TestResource.ModelSource(model));

    [Fact]
    public void Step_WithRecomputation_AllocatesNoManagedByteOnAnyThread() =>
        AllocatesNothing("Sample", 4, 4, 1, TestResource.ModelSource("Sample").Replace("[Module]", "[Module, Recompute]", StringComparison.Ordinal));

    [Theory]
    [InlineData("Sample", "Adaptive")]
    [InlineData("TwoSizes", "Exact")]
    [InlineData("Sample", "Auto")]
    [InlineData("Sample", "Adaptive, Order = SumOrder.Invariant")]
    [InlineData("TwoSizes", "Adaptive, Dispatch = Dispatch.Once")]
    public void Step_WithReplicas_AllocatesNoManagedByteOnAnyThread(string model, string placement) =>
        AllocatesNothing(model, 4, 4, 1, TestResource.ModelSource(model).Replace("[Experts]", $"[Experts(Placement = Placement.{placement}, LeastTokens = 1)]", StringComparison.Ordinal));

    [Fact]
    public void Step_Recorded_AllocatesNoManagedByteOnAnyThread() => AllocatesNothing("TwoSizes", 4, 4, 1, TestResource.ModelSource("TwoSizes"), records: true);

    [Fact]
    public void Step_ForcedBalanced_AllocatesNoManagedByteOnAnyThread() => AllocatesNothing("Sample", 4, 4, 1, TestResource.ModelSource("Sample"), options: new() { ForceBalance = true });

    [Theory]
    [InlineData("CapacityFactor = 1f, DropOrder = DropOrder.Probability")]
    [InlineData("SinkhornIterations = 8, CapacityFactor = 1.25f")]
    [InlineData("QuantileBalancing = true")]
    public void Step_OfARouter_AllocatesNoManagedByteOnAnyThread(string settings)
    {
        string source = TestResource.ModelSource("Sample"), routed = source.Replace("{ BalanceLoss = 0.01f, RouterZLoss = 0.001f }", $"{{ {settings} }}", StringComparison.Ordinal);
        Assert.Contains(settings, routed);
        AllocatesNothing("Sample", 4, 4, 1, routed);
    }

    static void AllocatesNothing(string model, int data, int expert, int threads, string source, bool records = false, TrainerOptions? options = null)
    {
        var fixture = ReferenceFixture.Load(model);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, (options ?? new()) with { LearningRate = 1e-3f, Threads = threads }, source);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var deleting = records ? new Deleted(path) : null;
        using var recorder = records ? trainer.Trainer.RecordRouting(path) : null;
        int[][] tokens = [.. Enumerable.Range(0, Steps).Select(fixture.Tokens)], targets = [.. Enumerable.Range(0, Steps).Select(fixture.Targets)];
        float[][] weights = [.. Enumerable.Range(0, Steps).Select(step => fixture.Weighted ? fixture.Weights(step) : [])];
        for (int step = 0; step < WarmUp; step++)
            Read(trainer.Step(tokens[step], targets[step], weights[step]));

        // The test host's own timers allocate now and then; a step that allocates does so in every window.
        long allocated = long.MaxValue;
        double read = 0;
        for (int window = 0; window < Windows && allocated != 0; window++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            for (int step = 0; step < Steps; step++)
                read += Read(trainer.Step(tokens[step], targets[step], weights[step]));
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(true) - before);
        }

        Assert.Equal(0, allocated);
        Assert.True(read > 0);
    }

    static double Read(StepReport report)
    {
        double sum = report.Loss + report.BalanceLoss + report.RouterZLoss + report.GradientNorm + report.LearningRate + report.TokensPerSecond + report.HighWaterBytes + report.Elapsed.Ticks + report.Step;
        for (var kind = Collective.AllReduce; kind <= Collective.Broadcast; kind++)
            sum += report.Bytes(kind);
        foreach (int count in report.TokensPerExpert(0, 1))
            sum += count;
        return sum;
    }

    sealed class Deleted(string path) : IDisposable
    {
        public void Dispose() => File.Delete(path);
    }
}
