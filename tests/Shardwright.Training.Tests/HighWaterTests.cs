using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>What a step takes of device memory is what the plan says for its routing, exactly; and too little memory is an error with names.</summary>
public sealed class HighWaterTests
{
    [Theory]
    [InlineData("Sample", 1, 1)]
    [InlineData("Sample", 4, 4)]
    [InlineData("Sample", 8, 2)]
    [InlineData("GroupedQuery", 4, 2)]
    [InlineData("TwoSizes", 1, 1)]
    [InlineData("TwoSizes", 4, 4)]
    public void HighWaterBytes_OfAStep_EqualThePlanAtTheRecordedRows(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-2f, Routing = routing });
        var count = new RouteCount(trainer.Plan, routing);
        for (int step = 0; step < 4; step++)
        {
            var report = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default);
            Assert.Equal(count.PeakBytes(step), report.HighWaterBytes);
        }
    }

    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("TwoSizes", 4, 4)]
    [InlineData("GroupedQuery", 8, 2)]
    public void HighWaterBytes_AllTokensToTheFirstExperts_EqualThePlanAtThatSkew(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var skewed = new RecordedRouting { Replaying = true };
        for (int microBatch = 0; microBatch < fixture.MicroBatches; microBatch++)
            for (int site = 0; site < fixture.Sites.Count; site++)
                for (int layer = 0; layer < fixture.Sites[site].Layers; layer++)
                    skewed.Set(0, microBatch, site, layer, [.. Enumerable.Range(0, fixture.TokensPerMicroBatch * fixture.Sites[site].TopK).Select(copy => copy % fixture.Sites[site].TopK)]);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = skewed });

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);

        Assert.Equal(new RouteCount(trainer.Plan, skewed).PeakBytes(0), report.HighWaterBytes);
        Assert.InRange(report.HighWaterBytes, trainer.Plan.BalancedPeakBytes + 1, trainer.Plan.WorstPeakBytes);
    }

    [Fact]
    public void HbmTooSmallForThePlan_FailsBeforeTraining_NamingTheLargestTensors()
    {
        long persistent = CompiledPlan.Of("Sample", (4, 4)).PersistentBytes;

        var overflow = Assert.Throws<HbmOverflowException>(() => new ModelTrainer(TestResource.ModelSource("Sample"), (4, 4), new() { HbmBytesPerRank = persistent }));

        Assert.Equal(persistent, overflow.CapacityBytes);
        Assert.True(overflow.NeededBytes > persistent);
        Assert.Contains("Blocks[*].Experts[*].Gate", overflow.Message, StringComparison.Ordinal);
        Assert.Contains("Fix: ", overflow.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HbmEnoughForBalancedRouting_FailsUnderSkew_NamingTheRoutedFrames()
    {
        var fixture = ReferenceFixture.Load("Sample");
        long capacity = CompiledPlan.Of("Sample", (4, 4)).BalancedPeakBytes;
        TrainerOptions Options(RoutingSource routing) => new() { HbmBytesPerRank = capacity, Routing = routing };
        using var balanced = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, Options(new ForcedRouting((token, k, experts) => (2 * token + k) % experts)));
        using var skewed = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, Options(new ForcedRouting((_, k, _) => k)));

        var report = balanced.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));
        var failure = Assert.Throws<ClusterException>(() => skewed.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0)));

        Assert.Equal(capacity, report.HighWaterBytes);
        var overflow = Assert.IsType<HbmOverflowException>(failure.InnerException);
        Assert.Equal((0, capacity), (overflow.Rank, overflow.CapacityBytes));       // experts 0 and 1 are rank 0's
        Assert.True(overflow.NeededBytes > capacity);
        Assert.Contains("routed frame", failure.Message, StringComparison.Ordinal);
        Assert.Contains("raise BalanceLoss", failure.Message, StringComparison.Ordinal);
    }
}
