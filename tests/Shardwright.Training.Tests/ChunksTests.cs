using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>Experts of a rank in several parts, each with an exchange of rows of its own: the bits, the rows and the peak of one part, in the time that the plan says.</summary>
public sealed class ChunksTests
{
    [Theory]
    [InlineData("Sample", 4, 4, 2, "Variable", "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, 3, "Variable", "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, 4, "Padded", "Static", "Fast", "Float32")]
    [InlineData("Sample", 8, 4, 99, "Variable", "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, 0, "Variable", "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 4, 2, "Gathered", "Static", "Fast", "Float32")]
    [InlineData("TwoSizes", 8, 2, 2, "Variable", "Static", "Fast", "Float32")]
    [InlineData("TwoSizes", 4, 4, 2, "Padded", "Static", "Fast", "Float32")]
    [InlineData("GroupedQuery", 4, 2, 2, "Variable", "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, 2, "Variable", "Static", "Fast", "BFloat16")]
    [InlineData("Sample", 4, 2, 2, "Variable", "Static", "Fast", "Float8E4M3")]
    [InlineData("Sample", 4, 2, 2, "Variable", "Static", "Invariant", "Float32")]
    [InlineData("Sample", 4, 4, 2, "Variable", "Adaptive", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, 4, "Padded", "Adaptive", "Fast", "BFloat16")]
    [InlineData("Sample", 4, 4, 2, "Variable", "Adaptive", "Invariant", "Float32")]
    [InlineData("TwoSizes", 8, 2, 2, "Variable", "Exact", "Invariant", "Float32")]
    [InlineData("TwoSizes", 4, 4, 2, "Variable", "Exact", "Fast", "Float32")]
    public void Parts_HaveTheBitsOfAllAtOnce(string model, int data, int expert, int chunks, string dispatch, string placement, string order, string precision)
    {
        TrainingRun whole = Run(1), parts = Run(chunks);

        TrainingRun.AssertSameBits(whole, parts);

        TrainingRun Run(int chunks)
        {
            string source = Source(model, chunks, $", Dispatch = Dispatch.{dispatch}, Placement = Placement.{placement}, LeastTokens = 1, Order = SumOrder.{order}").Replace("[Model, ", $"[Model, Precision(NumberFormat.{precision}), ", StringComparison.Ordinal);
            return TrainingRun.Of(model, (data, expert), steps: 3, new() { LearningRate = 1e-3f, PacksReplicasItself = true }, source);
        }
    }

    [Fact]
    public void RecomputedExperts_HaveTheBitsOfAllAtOnce()
    {
        TrainingRun whole = Run(1), parts = Run(2);

        TrainingRun.AssertSameBits(whole, parts);

        TrainingRun Run(int chunks) => TrainingRun.Of("Sample", (4, 2), steps: 2, new() { LearningRate = 1e-3f }, Source("Sample", chunks).Replace("public Repeated<", "[Recompute] public Repeated<", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Sample", 4, 2, 2, "Variable")]
    [InlineData("Sample", 4, 2, 4, "Variable")]
    [InlineData("Sample", 8, 2, 3, "Padded")]
    [InlineData("TwoSizes", 4, 2, 2, "Variable")]
    public void Step_RoutedByTopK_TakesTheTimeOfAWalkAtTheRecordedRows(string model, int data, int expert, int chunks, string dispatch)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-2f, Routing = routing }, Source(model, chunks, $", Dispatch = Dispatch.{dispatch}"));
        var plan = PlanReader.Read(trainer.Plan.Document!);
        Assert.Contains(plan.Program.Ops, op => op.Chunk == new ExpertChunk(chunks - 1, chunks));
        for (int step = 0; step < 2; step++)
        {
            var emulated = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default).Emulated!;
            var clocks = ProgramWalk.Run(new(plan.Program, plan.Machine(), plan.Placement), data, new RecordedRows(plan, routing, step));

            Assert.Equal(clocks.Max(c => c.Now), emulated.Picoseconds);
            Assert.Equal(clocks.Sum(c => c.Work.Float32Flops), emulated.Flops);
            Assert.Equal(clocks.Sum(c => c.Work.HbmBytes), emulated.HbmBytes);
            Assert.Equal(clocks.Sum(c => c.Work.LinkBytes), emulated.LinkBytes);
        }
    }

    [Theory]
    [InlineData("Sample", 4, 2, 4)]
    [InlineData("Sample", 8, 2, 2)]
    [InlineData("Sample", 4, 4, 2)]
    public void Step_ForcedBalanced_TakesThePlannedTimeAndPeak(string model, int data, int expert, int chunks)
    {
        var fixture = ReferenceFixture.Load(model);
        var even = new ForcedRouting((token, k, experts) => (token * Math.Max(1, fixture.Sites[0].TopK) + k) % experts);
        using ModelTrainer whole = Create(1), parts = Create(chunks);

        var one = whole.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Emulated!;
        var report = parts.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);

        Assert.Equal(PlanReader.Read(parts.Plan.Document!).PlannedPicoseconds, report.Emulated!.Picoseconds);
        Assert.Equal(one.Flops, report.Emulated.Flops);
        Assert.Equal(one.LinkBytes, report.Emulated.LinkBytes);
        Assert.Equal(parts.Plan.BalancedPeakBytes, report.HighWaterBytes);

        ModelTrainer Create(int chunks) => ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = even }, Source(model, chunks));
    }

    [Theory]
    [InlineData("Sample", "Static", "Fast")]
    [InlineData("Sample", "Exact", "Invariant")]
    [InlineData("TwoSizes", "Adaptive", "Fast")]
    public void HighWaterBytes_OfSkewedRows_EqualThePlanAtTheseRows(string model, string placement, string order)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = FirstExperts.Routing(fixture);
        using var trainer = ReferenceTrainer.Create(model, (4, 2), fixture, replay: false, new() { Routing = routing }, Source(model, 2, $", Placement = Placement.{placement}, LeastTokens = 1, Order = SumOrder.{order}"));

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);

        Assert.Equal(new RouteCount(trainer.Plan, routing, placement switch { "Static" => null, "Exact" => layout => new ExactPlanner(layout), _ => layout => new QuotaPlanner(layout) }).PeakBytes(0), report.HighWaterBytes);
    }

    [Theory]
    [InlineData("Sample", 4, 2)]
    [InlineData("SparseLanguageModel", 4, 2)]
    [InlineData("SparseLanguageModel", 8, 2)]
    public void Automatic_TakesTheFastestPlan(string model, int data, int expert)
    {
        long[] times = [.. new[] { 1, 2, 4 }.Select(Planned)];

        Assert.Equal(times.Min(), Planned(0));

        long Planned(int chunks)
        {
            string source = CompiledPlan.Source(model).Replace("[Experts]", $"[Experts(Chunks = {chunks})]", StringComparison.Ordinal);
            return PlanReader.Read(CompiledPlan.OfSource(source, (data, expert)).Document!).PlannedPicoseconds;
        }
    }

    private static string Source(string model, int chunks, string more = "") => TestResource.ModelSource(model).Replace("[Experts]", $"[Experts(Chunks = {chunks}{more})]", StringComparison.Ordinal);
}
