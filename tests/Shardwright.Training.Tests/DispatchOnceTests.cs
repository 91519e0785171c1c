using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary><c>Dispatch.Once</c>: a token travels once to each rank that has some of its experts, and nothing else changes: the bits of a copy for each expert, fewer bytes, and the time that counting tokens and ranks gives.</summary>
public sealed class DispatchOnceTests
{
    [Theory]
    [InlineData("Sample", 4, 4, "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, "Static", "Fast", "Float32")]
    [InlineData("Sample", 8, 2, "Static", "Invariant", "Float32")]
    [InlineData("Sample", 2, 1, "Static", "Fast", "Float32")]
    [InlineData("TwoSizes", 4, 4, "Static", "Fast", "Float32")]
    [InlineData("TwoSizes", 8, 2, "Static", "Fast", "Float32")]
    [InlineData("GroupedQuery", 4, 2, "Static", "Fast", "Float32")]
    [InlineData("Sample", 4, 2, "Static", "Fast", "BFloat16")]
    [InlineData("TwoSizes", 8, 8, "Static", "Fast", "BFloat16")]
    [InlineData("Sample", 4, 2, "Static", "Fast", "BFloat16, Stochastic = true")]
    [InlineData("Sample", 4, 2, "Static", "Fast", "Float8E4M3")]
    [InlineData("Sample", 4, 4, "Adaptive", "Fast", "Float32")]
    [InlineData("TwoSizes", 8, 2, "Adaptive", "Invariant", "BFloat16")]
    [InlineData("TwoSizes", 4, 4, "Exact", "Fast", "Float32")]
    [InlineData("TwoSizes", 8, 8, "Exact", "Invariant", "Float32")]
    public void Once_HasTheBitsOfACopyForEachExpert(string model, int data, int expert, string placement, string order, string precision)
    {
        TrainingRun copies = Run("Variable"), once = Run("Once");

        TrainingRun.AssertSameBits(copies, once);

        TrainingRun Run(string dispatch)
        {
            string source = Source(model, dispatch, $", Placement = Placement.{placement}, LeastTokens = 1, Order = SumOrder.{order}");
            Assert.Contains("[Model, ", source, StringComparison.Ordinal);
            return TrainingRun.Of(model, (data, expert), steps: 3, new() { LearningRate = 1e-3f }, source.Replace("[Model, ", $"[Model, Precision(NumberFormat.{precision}), ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("public Repeated<", "[Recompute] public Repeated<")]
    [InlineData("{ BalanceLoss = 0.01f, RouterZLoss = 0.001f }", "{ CapacityFactor = 0.5f, DropOrder = DropOrder.Probability }")]
    [InlineData("{ BalanceLoss = 0.01f, RouterZLoss = 0.001f }", "{ RouterGroups = 4, KeptGroups = 2 }")]
    public void Once_WithOtherSettings_HasTheBitsOfACopyForEachExpert(string from, string to)
    {
        TrainingRun copies = Run("Variable"), once = Run("Once");

        TrainingRun.AssertSameBits(copies, once);

        TrainingRun Run(string dispatch)
        {
            string source = Source("Sample", dispatch);
            Assert.Contains(from, source, StringComparison.Ordinal);
            return TrainingRun.Of("Sample", (4, 2), steps: 3, new() { LearningRate = 1e-3f }, source.Replace(from, to, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Sample", 4, 2)]
    [InlineData("Sample", 8, 8)]
    [InlineData("TwoSizes", 4, 2)]
    [InlineData("TwoSizes", 8, 4)]
    public void Step_RoutedByTopK_TakesTheTimeOfTheTokensThatTravel(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new RecordedRouting();
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { LearningRate = 1e-2f, Routing = routing }, Source(model, "Once"));
        var plan = PlanReader.Read(trainer.Plan.Document!);
        for (int step = 0; step < 2; step++)
        {
            var emulated = trainer.Step(fixture.Tokens(step), fixture.Targets(step), fixture.Weighted ? fixture.Weights(step) : default).Emulated!;
            var clocks = ProgramWalk.Run(new(plan.Program, plan.Machine(), plan.Placement), data, new RecordedRows(plan, routing, step));

            Assert.Equal(clocks.Max(c => c.Now), emulated.Picoseconds);
            Assert.Equal(clocks.Sum(c => c.Work.LinkBytes), emulated.LinkBytes);
            Assert.Equal(clocks.Sum(c => c.Work.HbmBytes), emulated.HbmBytes);
        }
    }

    // Two tokens of three experts each: the first has two on rank 0 and one on rank 1, the second has all three on rank 1.
    [Fact]
    public void Bytes_AreThoseOfTokensAndNumbers()
    {
        var fixture = ReferenceFixture.Load("TwoSizes");
        ReadOnlySpan<int> even = [0, 1, 4], odd = [5, 6, 7];
        int[] chosen = [.. even, .. odd];
        var routing = new ForcedRouting((token, k, experts) => experts == 8 ? chosen[token % 2 * 3 + k] : token % experts);
        long copies = AllToAllBytes("Variable"), once = AllToAllBytes("Once");

        using var trainer = Create("Once");
        var program = PlanReader.Read(trainer.Plan.Document!).Program;
        var once3 = program.Ops.Where(op => op.Collective is { Exchange: RowExchange.Once }).ToList();
        var site = program.Sites[once3[0].Site];
        Assert.Equal((2, 3), (once3.Count, site.TopK));
        // An odd token's three rows go to rank 1, an even one's two to rank 0 and one to rank 1. Of both ranks' tokens, by their own numbers: what stays where it is is not sent.
        long rowBytes = once3[0].Collective!.RowBytes, pairs = site.TokensPerRank / 2 * site.Layers * fixture.MicroBatches;
        long sentCopies = pairs * (1 + 3 + 2), sentTokens = pairs * (1 + 1 + 1);

        // Forward and backward: rows of tokens in place of copies, and numbers of 4 bytes, backward with gates. The group with one expert a token sends what it sent.
        Assert.Equal(2 * rowBytes * (sentCopies - sentTokens) - 12 * sentCopies, copies - once);

        ModelTrainer Create(string dispatch) => ReferenceTrainer.Create("TwoSizes", (2, 2), fixture, replay: false, new() { Routing = routing }, Source("TwoSizes", dispatch));

        long AllToAllBytes(string dispatch)
        {
            using var trainer = Create(dispatch);
            return trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Bytes(Collective.AllToAll);
        }
    }

    [Theory]
    [InlineData("Sample", 4, 2)]
    [InlineData("TwoSizes", 4, 4)]
    public void HighWaterBytes_OfSkewedRows_EqualThePlanAtTheseRows(string model, int data, int expert)
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = FirstExperts.Routing(fixture);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = routing }, Source(model, "Once"));

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);

        Assert.Equal(new RouteCount(trainer.Plan, routing, null).PeakBytes(0), report.HighWaterBytes);
    }

    /// <summary>At even load the plan takes experts that are chosen at random; a large sample of random choices comes close to it.</summary>
    [Fact]
    public void Plan_ForExpertsChosenAtRandom_IsNearAStepThatChoosesThemAtRandom()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var routing = new ForcedRouting((token, k, experts) => (int)((Mixed(token) + (uint)k * (1 + Mixed(token + 7919) % (uint)(experts - 1))) % (uint)experts));
        using var trainer = ReferenceTrainer.Create("Sample", (4, 2), fixture, replay: false, new() { Routing = routing }, Source("Sample", "Once"));

        var step = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Emulated!;

        Assert.InRange(step.Picoseconds / (double)step.PlannedPicoseconds, 0.98, 1.02);

        static uint Mixed(int token)
        {
            uint x = (uint)token * 2654435761u;
            x ^= x >> 15;
            x *= 2246822519u;
            return x ^ x >> 13;
        }
    }

    private static string Source(string model, string dispatch, string more = "") => TestResource.ModelSource(model).Replace("[Experts]", $"[Experts(Dispatch = Dispatch.{dispatch}{more})]", StringComparison.Ordinal);
}
