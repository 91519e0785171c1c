using Shardwright.Execution;
using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>What placement does to a rank's memory: the plan's peak at the rows that a planner leaves it, and with exact placement one peak for every routing.</summary>
public sealed class PlacementMemoryTests
{
    /// <summary>Routers, from even to as uneven as can be.</summary>
    static readonly Dictionary<string, Func<int, int, int, int>> Routers = new()
    {
        ["even"] = (token, k, experts) => (2 * token + k) % experts,
        ["first experts"] = (_, k, _) => k,
        ["first and last"] = (token, k, experts) => k == 0 ? 0 : experts - k,
        ["one idle"] = (token, k, experts) => (5 * token + k) % (experts - 1),
        ["half of the tokens"] = (token, k, experts) => token % 2 == 0 ? k : (3 * token + k) % experts,
    };

    public static TheoryData<string, int, int, string> Cases()
    {
        var cases = new TheoryData<string, int, int, string>();
        foreach (var (model, data, expert) in new[] { ("Sample", 2, 2), ("Sample", 4, 4), ("Sample", 8, 4), ("TwoSizes", 4, 4), ("TwoSizes", 8, 2) })
            foreach (string placement in new[] { "Static", "Adaptive", "Exact" })
                cases.Add(model, data, expert, placement);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void HighWaterBytes_OfEveryRouter_EqualThePlanAtThePlacedRows(string model, int data, int expert, string placement)
    {
        var fixture = ReferenceFixture.Load(model);
        string source = Source(model, placement);
        foreach (string router in Routers.Keys)
        {
            var routing = Skewed(fixture, Routers[router]);
            using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = routing }, source);

            var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);

            Assert.Equal(new RouteCount(trainer.Plan, routing, Planner(placement)).PeakBytes(0), report.HighWaterBytes);
            Assert.InRange(report.HighWaterBytes, trainer.Plan.BalancedPeakBytes, trainer.Plan.WorstPeakBytes);
            if (placement == "Exact")
                Assert.Equal(trainer.Plan.BalancedPeakBytes, report.HighWaterBytes);
        }
    }

    /// <summary>Equal blocks and gathered rows take scratch while rows travel: two lots of a block a rank, or what all ranks send.</summary>
    [Theory]
    [InlineData("Padded", "Static")]
    [InlineData("Padded", "Adaptive")]
    [InlineData("Padded", "Exact")]
    [InlineData("Gathered", "Static")]
    [InlineData("Gathered", "Adaptive")]
    [InlineData("Gathered", "Exact")]
    public void HighWaterBytes_OfOtherLowerings_EqualThePlanWithTheirScratch(string dispatch, string placement)
    {
        var fixture = ReferenceFixture.Load("Sample");
        var peaks = new HashSet<long>();
        bool isScratchThePeak = false;
        foreach (string router in Routers.Keys)
        {
            var routing = Skewed(fixture, Routers[router]);
            using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Routing = routing }, Source("Sample", placement, dispatch: dispatch));
            var plan = trainer.Plan;
            var count = new RouteCount(plan, routing, Planner(placement));
            long rowBytes = PlanReader.Read(plan.Document!).Program.Ops.First(op => op.Collective is { Exchange: RowExchange.Padded or RowExchange.Gathered }).Collective!.RowBytes;

            var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));

            Assert.Equal(count.PeakBytes(0, Scratch), report.HighWaterBytes);
            isScratchThePeak |= report.HighWaterBytes > count.PeakBytes(0);
            peaks.Add(report.HighWaterBytes);

            long Scratch(int microBatch, int site, int layer, int rank) => 4 * rowBytes * (dispatch == "Padded" ? 2L * count.LargestBlock(0, microBatch, site, layer, rank) : plan.Tokens / plan.Data * plan.Experts[site].TopK);
        }
        Assert.True(isScratchThePeak || dispatch == "Padded", "the scratch of gathered rows was the peak nowhere: nothing was tested");
        // Constant where rows and scratch are; equal blocks are as large as the largest, whatever the plan.
        if ((dispatch, placement) == ("Gathered", "Exact"))
            Assert.Single(peaks);
    }

    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("TwoSizes", 8, 2)]
    public void Plan_OfExactPlacement_HasOnePeakInEveryDocument(string model, int data, int expert)
    {
        var (exact, still) = (Plan(Source(model, "Exact"), (data, expert)), Plan(Source(model, "Static"), (data, expert)));

        Assert.All(exact.Experts, site => Assert.True(site.IsExact));
        Assert.All(exact.Experts, site => Assert.Equal(site.ExpertCount / expert, site.Slots));
        Assert.Equal(exact.BalancedPeakBytes, exact.WorstPeakBytes);
        Assert.True(still.WorstPeakBytes > still.BalancedPeakBytes);
        foreach (var plan in new[] { exact, still })
        {
            var memory = PlanReader.Read(plan.Document!).Memory;
            Assert.Equal((plan.BalancedPeakBytes, plan.WorstPeakBytes), (memory.PeakBytes, memory.WorstPeakBytes));
        }
    }

    // Experts with biases run one by one and stay at home: the plan does not promise what it cannot keep.
    [Fact]
    public void Plan_OfExpertsThatStayAtHome_IsNotExact()
    {
        var plan = Plan(Source("GroupedQuery", "Exact"), (4, 4));

        Assert.All(plan.Experts, site => Assert.False(site.IsExact));
        Assert.True(plan.WorstPeakBytes > plan.BalancedPeakBytes);
    }

    [Fact]
    public void Planner_ThatIsNotExact_IsAnErrorThatSaysWhatToDo()
    {
        var fixture = ReferenceFixture.Load("Sample");
        using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Routing = ForcedRouting.FirstExperts(2), Planner = _ => new StaticPlanner() }, Source("Sample", "Exact"));

        string message = Assert.Throws<ClusterException>(() => trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0))).Message;

        Assert.Contains("TrainerOptions.Planner gave rank", message, StringComparison.Ordinal);
        Assert.Contains("Fix: Placement.Adaptive", message, StringComparison.Ordinal);
    }

    /// <summary>A planner of the user's own may send a rank more than its experts' homes would get: its slots' rows too.</summary>
    [Fact]
    public void Planner_ThatGathersEverythingOnOneRank_HasRoom()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var routing = Skewed(fixture, (token, k, experts) => (token + k * experts / 2) % experts);
        using var trainer = ReferenceTrainer.Create("Sample", (8, 8), fixture, replay: false, new() { Routing = routing, Planner = layout => new GatheringPlanner(layout) }, Source("Sample", "Adaptive", slots: 7));

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weights(0));

        Assert.Equal(new RouteCount(trainer.Plan, routing, layout => new GatheringPlanner(layout)).PeakBytes(0), report.HighWaterBytes);
        Assert.True(report.HighWaterBytes > trainer.Plan.WorstPeakBytes, "the plan's own planners need no more than homes");
    }

    sealed class GatheringPlanner(ExpertLayout layout) : PlacementPlanner
    {
        public override string Name => "gathering";

        public override void Plan(int[] load, PlacementPlan plan)
        {
            plan.Reset(load);
            for (int expert = layout.PerRank; expert < layout.Experts; expert++)
                if (load[expert] > 0)
                    plan.Move(expert, rank: 0, load[expert]);
            plan.Count();
        }
    }

    static RecordedRouting Skewed(ReferenceFixture fixture, Func<int, int, int, int> choose)
    {
        var routing = new RecordedRouting { Replaying = true };
        for (int microBatch = 0; microBatch < fixture.MicroBatches; microBatch++)
            for (int site = 0; site < fixture.Sites.Count; site++)
                for (int layer = 0; layer < fixture.Sites[site].Layers; layer++)
                {
                    var (topK, experts) = (fixture.Sites[site].TopK, fixture.Sites[site].Experts);
                    routing.Set(0, microBatch, site, layer, [.. Enumerable.Range(0, fixture.TokensPerMicroBatch * topK).Select(copy => choose(copy / topK, copy % topK, experts))]);
                }
        return routing;
    }

    static Func<ExpertLayout, PlacementPlanner>? Planner(string placement) => placement switch { "Adaptive" => layout => new QuotaPlanner(layout), "Exact" => layout => new ExactPlanner(layout), _ => null };

    static string Source(string model, string placement, int slots = 3, string dispatch = "Variable") =>
        TestResource.ModelSource(model).Replace("[Experts]", $"[Experts(Dispatch = Dispatch.{dispatch}, Placement = Placement.{placement}, Slots = {slots}, LeastTokens = 1)]", StringComparison.Ordinal);

    static ProgramPlan Plan(string source, (int Data, int Expert) mesh) =>
        (ProgramPlan)ModelAssembly.Compile(source, mesh).Assembly.GetTypes().Single(t => t.IsSubclassOf(typeof(Trainer))).GetField("CompiledPlan")!.GetValue(null)!;
}
