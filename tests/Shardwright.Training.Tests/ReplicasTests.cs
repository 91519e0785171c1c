using Shardwright.Hardware;
using Shardwright.Training.Tests.Fixtures;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests;

/// <summary>
/// Replicas change where rows are computed and nothing else: the forward pass has the bits of static placement on the same mesh whatever the plan, gradients agree to rounding, every run has the same bits. Plans are the planners' own and random legal ones.
/// </summary>
public sealed class ReplicasTests
{
    public static TheoryData<string, int, int, string> Cases => new()
    {
        { "Sample", 4, 4, "Adaptive" }, { "Sample", 4, 4, "Exact" }, { "Sample", 4, 4, "random" }, { "Sample", 8, 4, "random" }, { "Sample", 8, 8, "Exact" },
        { "Sample", 4, 4, "Local" }, { "TwoSizes", 4, 4, "Adaptive" }, { "TwoSizes", 8, 8, "random" }, { "TwoSizes", 8, 2, "Exact" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void OneStep_FromEqualParameters_HasTheLossOfStaticPlacementAndItsGradientsToRounding(string model, int data, int expert, string placement)
    {
        var home = Run(model, (data, expert), "Static", steps: 1, out _);

        var moved = Run(model, (data, expert), placement, steps: 1, out int replicas);

        Assert.True(replicas > 0, "no plan had a replica: nothing was tested");
        for (int curve = 0; curve < 3; curve++)
            Compare.SameBits(home.Curves[curve], moved.Curves[curve], "losses");
        foreach (var (one, other) in home.Gradients.Zip(moved.Gradients))
            Assert.InRange(Compare.RelativeL2(other.Values, one.Values), 0, 1e-6);
    }

    /// <summary>The second contract: with <c>SumOrder.Invariant</c> a plan changes no bit of losses, gradients or parameters, whatever it is, in any step.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    [InlineData("Sample", 4, 2, "scattered")]
    [InlineData("Sample", 4, 4, "scattered")]
    [InlineData("TwoSizes", 8, 8, "scattered")]
    [InlineData("Sample", 4, 4, "random", "BFloat16")]
    [InlineData("TwoSizes", 8, 8, "scattered", "BFloat16")]
    public void InvariantOrder_UnderAnyPlan_HasTheBitsOfStaticPlacement(string model, int data, int expert, string placement, string precision = "Float32")
    {
        var home = Run(model, (data, expert), "Static", steps: 4, out _, order: "Invariant", precision: precision);

        var moved = Run(model, (data, expert), placement, steps: 4, out int replicas, order: "Invariant", precision: precision);

        Assert.True(replicas > 0, "no plan had a replica: nothing was tested");
        TrainingRun.AssertSameBits(home, moved);
    }

    [Theory]
    [InlineData("Padded")]
    [InlineData("Gathered")]
    public void InvariantOrder_InOtherLowerings_HasTheBitsOfStaticPlacement(string dispatch) =>
        TrainingRun.AssertSameBits(Run("TwoSizes", (4, 4), "Static", steps: 2, out _, order: "Invariant"), Run("TwoSizes", (4, 4), "scattered", steps: 2, out _, dispatch, order: "Invariant"));

    // What is dropped is decided before anything is placed, and rows that are kept stay in their order.
    [Theory]
    [InlineData("Variable")]
    [InlineData("Padded")]
    [InlineData("Gathered")]
    public void InvariantOrder_OfExpertsWithACapacity_HasTheBitsOfStaticPlacement(string dispatch)
    {
        const string Losses = "{ BalanceLoss = 0.01f, RouterZLoss = 0.001f }";
        Assert.Contains(Losses, TestResource.ModelSource("Sample"), StringComparison.Ordinal);

        var home = Run("Sample", (4, 4), "Static", steps: 3, out _, order: "Invariant", edit: Capped);
        var moved = Run("Sample", (4, 4), "random", steps: 3, out int replicas, dispatch, order: "Invariant", edit: Capped);

        Assert.True(replicas > 0, "no plan had a replica: nothing was tested");
        TrainingRun.AssertSameBits(home, moved);

        static string Capped(string source) => source.Replace(Losses, "{ CapacityFactor = 0.75f, DropOrder = DropOrder.Probability }", StringComparison.Ordinal);
    }

    // The sum over an expert's rows is in the order of ranks and tokens, so it does not matter over how many ranks a group of all ranks spreads them; everything else has the bits of one rank anyway.
    [Theory]
    [InlineData("Sample", 4)]
    [InlineData("TwoSizes", 8)]
    public void InvariantOrder_OnMeshesOfOneExpertGroup_HasTheBitsOfOneRank(string model, int ranks) =>
        TrainingRun.AssertSameBits(Run(model, (1, 1), "Static", steps: 3, out _, order: "Invariant"), Run(model, (ranks, ranks), "random", steps: 3, out _, order: "Invariant"));

    [Theory]
    [InlineData("Adaptive")]
    [InlineData("Exact")]
    public void Report_UnderSkew_SaysWhatPlacementDid(string placement)
    {
        var fixture = ReferenceFixture.Load("Sample");
        // Nobody goes to the last expert, so the rank on which it is at home has less.
        var routing = new ForcedRouting((token, k, experts) => (token + k) % (experts - 1));
        using var trainer = ReferenceTrainer.Create("Sample", (2, 2), fixture, replay: false, new() { Routing = routing }, Source("Sample", placement));
        using var home = ReferenceTrainer.Create("Sample", (2, 2), fixture, replay: false, new() { Routing = routing }, Source("Sample", "Static"));

        var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);
        var moved = report.Placement(0, 0);
        var still = home.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Placement(0, 0);

        Assert.Equal((0, still.BusiestRowsAtHome), (still.Replicas, still.BusiestRows));
        Assert.Equal((still.BusiestRows, still.MeanRows), (moved.BusiestRowsAtHome, moved.MeanRows));
        Assert.True(moved.Replicas > 0 && still.Imbalance > 1.1, $"{moved.Replicas} replicas, {still.Imbalance}");
        Assert.InRange(moved.Imbalance, 1, placement == "Exact" ? 1.02 : 1.05);
        Assert.Equal(moved.MeanRows * 2, report.RowsPerRank(0, 0).ToArray().Sum());
        Assert.InRange(report.RowsPerRank(0, 0).ToArray().Max(), moved.MeanRows, moved.BusiestRows);
        // Two pulls, forward and backward, and one return; all experts' weights are those of its parameters.
        long expert = trainer.Plan.Parameters.Where(parameter => parameter.Path.StartsWith(trainer.Plan.Experts[0].Path + "[", StringComparison.Ordinal)).Sum(parameter => 4L * parameter.Elements);
        Assert.Equal((2 * moved.Replicas * expert, moved.Replicas * expert), (moved.WeightBytes, moved.GradientBytes));
        Assert.Equal((0, 0, TimeSpan.Zero), (still.WeightBytes, still.GradientBytes, still.Planning));
        Assert.InRange(moved.Planning.TotalSeconds, 1e-9, 10);
    }

    [Fact]
    public void Auto_ReplicatesWhereATimedPlanPays_AndNowhereElse()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var trn2 = MachineCatalog.Get(MachineCatalog.Default);
        // Products so slow, a row as slow as the next, that rows cost more than weights on their way.
        var h100 = MachineCatalog.Get("dgx-h100");
        var slow = h100 with { Rank = h100.Rank with { TensorFlops = [.. h100.Rank.TensorFlops.Select(rate => rate / 1e6)], HalfEfficiencyFlops = 0, TileSide = 1 } };
        var routing = new ForcedRouting((token, k, experts) => (token + k) % 2 == 0 ? k : experts - 1 - k);

        var (still, none) = Step(trn2, "Auto");
        var (moved, some) = Step(slow, "Auto");
        var (home, _) = Step(slow, "Static");

        Assert.Equal(0, none.Replicas);
        Assert.True(some.Replicas > 0 && some.Imbalance < some.ImbalanceAtHome, $"{some}");
        Assert.Equal((home.Loss, home.Loss), (still.Loss, moved.Loss));
        Assert.True(moved.Picoseconds < home.Picoseconds, $"{moved.Picoseconds} ps, at home {home.Picoseconds} ps");

        ((float Loss, long Picoseconds), PlacementReport) Step(Machine machine, string placement)
        {
            using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Routing = routing, Machine = machine }, Source("Sample", placement));
            var report = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default);
            return ((report.Loss, report.Emulated!.Picoseconds), report.Placement(0, 0));
        }
    }

    // Experts with biases run one by one, and stay at home.
    [Fact]
    public void ExpertsThatDoNotRunAsAGroup_StayAtHome() =>
        TrainingRun.AssertSameBits(Run("GroupedQuery", (4, 4), "Static", steps: 2, out _), Run("GroupedQuery", (4, 4), "Adaptive", steps: 2, out _));

    [Theory]
    [InlineData("Sample", 8, 4, "random")]
    [InlineData("TwoSizes", 4, 4, "Adaptive")]
    public void Steps_Repeated_HaveTheSameBits(string model, int data, int expert, string placement) =>
        TrainingRun.AssertSameBits(Run(model, (data, expert), placement, steps: 4, out _), Run(model, (data, expert), placement, steps: 4, out _));

    [Theory]
    [InlineData("Padded")]
    [InlineData("Gathered")]
    public void Lowerings_WithReplicas_HaveTheBitsOfAllToAllV(string dispatch) =>
        TrainingRun.AssertSameBits(Run("TwoSizes", (4, 4), "random", steps: 2, out _), Run("TwoSizes", (4, 4), "random", steps: 2, out _, dispatch));

    [Theory]
    [InlineData("Sample", 4, 4)]
    [InlineData("TwoSizes", 4, 4)]
    [InlineData("Sample", 4, 4, "Invariant")]
    public void Step_ForcedBalanced_TakesThePlannedTime(string model, int data, int expert, string order = "Fast")
    {
        var fixture = ReferenceFixture.Load(model);
        var routing = new ForcedRouting((token, k, experts) => (token * Math.Max(1, fixture.Sites[0].TopK) + k) % experts);
        using var trainer = ReferenceTrainer.Create(model, (data, expert), fixture, replay: false, new() { Routing = routing }, Source(model, "Adaptive", order: order));

        var step = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Emulated!;

        Assert.Equal(step.PlannedPicoseconds, step.Picoseconds);
    }

    /// <summary>Replicas share the packed matrices of their homes: the bits of products that read the slots themselves, as those of all other tests here do.</summary>
    [Theory]
    [InlineData("Sample", 4, 4, "Float32")]
    [InlineData("Sample", 8, 4, "Float32")]
    [InlineData("TwoSizes", 4, 4, "Float32")]
    [InlineData("Sample", 4, 4, "BFloat16")]
    [InlineData("Sample", 4, 2, "Float8E4M3")]
    public void SharedMatrices_HaveTheBitsOfTheSlots(string model, int data, int expert, string precision)
    {
        string source = Source(model, "scattered").Replace("[Model, ", $"[Model, Precision(NumberFormat.{precision}), ", StringComparison.Ordinal);

        TrainingRun.AssertSameBits(Run(packsItself: true), Run(packsItself: false));

        TrainingRun Run(bool packsItself) => TrainingRun.Of(model, (data, expert), steps: 3, new() { LearningRate = 1e-3f, PacksReplicasItself = packsItself, Planner = layout => new ScatteringPlanner(layout) }, source);
    }

    /// <summary>What the invariant order costs in virtual time: turns and their exchanges. It moves the same rows and computes the same products.</summary>
    [Fact]
    public void InvariantOrder_UnderSkew_TakesLongerThanFastAndTheSameWork()
    {
        var fixture = ReferenceFixture.Load("Sample");
        var routing = new ForcedRouting((token, k, experts) => token % 4 == 0 ? (token + k) % experts : k);

        EmulatedFigures fast = Step("Fast"), invariant = Step("Invariant");

        Assert.True(invariant.Picoseconds > fast.Picoseconds, $"{invariant.Picoseconds} ps, {fast.Picoseconds} ps in the fast order");
        Assert.Equal(fast.Flops, invariant.Flops);

        EmulatedFigures Step(string order)
        {
            using var trainer = ReferenceTrainer.Create("Sample", (4, 4), fixture, replay: false, new() { Routing = routing, Planner = layout => new ScatteringPlanner(layout) }, Source("Sample", "Adaptive", order: order));
            var step = trainer.Step(fixture.Tokens(0), fixture.Targets(0), fixture.Weighted ? fixture.Weights(0) : default).Emulated!;
            return new(step.Picoseconds, step.Flops);
        }
    }

    sealed record EmulatedFigures(long Picoseconds, long Flops);

    static string Source(string model, string placement, string dispatch = "Variable", string order = "Fast") => TestResource.ModelSource(model).Replace("[Experts]",
        $"[Experts(Dispatch = Dispatch.{dispatch}, Placement = Placement.{(placement is "random" or "scattered" or "Local" ? "Adaptive" : placement)}, Slots = {(placement == "Local" ? 6 : 3)}, LeastTokens = 1, Order = SumOrder.{order})]", StringComparison.Ordinal);

    static TrainingRun Run(string model, (int Data, int Expert) mesh, string placement, int steps, out int replicas, string dispatch = "Variable", string order = "Fast", string precision = "Float32", Func<string, string>? edit = null)
    {
        var planned = new Planned();
        var options = new TrainerOptions { LearningRate = 1e-3f, PacksReplicasItself = true, Planner = layout => new Counting(placement switch { "random" => new RandomPlanner(layout, seed: 5), "scattered" => new ScatteringPlanner(layout), "Local" => new LocalPlanner(layout), "Exact" => new ExactPlanner(layout), _ => new QuotaPlanner(layout) }, planned) };
        string source = Source(model, placement, dispatch, order).Replace("[Model, ", $"[Model, Precision(NumberFormat.{precision}), ", StringComparison.Ordinal);
        var run = TrainingRun.Of(model, mesh, steps, options, edit?.Invoke(source) ?? source);
        replicas = planned.Replicas;
        return run;
    }

    sealed class Planned
    {
        public int Replicas;
    }

    sealed class Counting(PlacementPlanner planner, Planned planned) : PlacementPlanner
    {
        public override string Name => planner.Name;

        public override void Plan(int[] load, PlacementPlan plan) => throw new NotSupportedException();

        public override void Plan(int[][] counts, int[] load, PlacementPlan plan)
        {
            planner.Plan(counts, load, plan);
            Assert.Null(plan.WhyIllegal(load));
            Interlocked.Add(ref planned.Replicas, plan.Replicas);
        }
    }

    /// <summary>An adversary: as many instances of an expert as there is room for, tokens spread over them one by one and homes left with none, so that running sums take the longest ways.</summary>
    sealed class ScatteringPlanner(ExpertLayout layout) : PlacementPlanner
    {
        public override string Name => "scattering";

        public override void Plan(int[] load, PlacementPlan plan)
        {
            plan.Reset(load);
            for (int expert = 0; expert < layout.Experts; expert++)
                for (int rank = layout.Ranks - 1; rank >= 0; rank--)
                    if (rank != layout.Home(expert) && plan.HomeTokens[expert] > 0 && Array.IndexOf(plan.SlotExpert, -1, rank * layout.Slots, layout.Slots) >= 0)
                        plan.Move(expert, rank, rank == 0 || layout.Home(expert) == 0 && rank == 1 ? plan.HomeTokens[expert] : 1);
            plan.Count();
        }
    }

    /// <summary>Another legal plan for every other load: experts, ranks and quotas by lot, some homes left without a token. A function of the load alone, as every rank needs it.</summary>
    sealed class RandomPlanner(ExpertLayout layout, int seed) : PlacementPlanner
    {
        public override string Name => "random";

        public override void Plan(int[] load, PlacementPlan plan)
        {
            plan.Reset(load);
            var random = new Random(load.Aggregate(seed, (sum, tokens) => unchecked(sum * 31 + tokens)));
            for (int move = 0; move < 4 * layout.Ranks; move++)
            {
                int expert = random.Next(layout.Experts), rank = random.Next(layout.Ranks), slot = rank * layout.Slots, end = slot + layout.Slots;
                bool holds = layout.Home(expert) == rank || Array.IndexOf(plan.SlotExpert, expert, slot, layout.Slots) >= 0;
                if (holds || plan.HomeTokens[expert] == 0 || Array.IndexOf(plan.SlotExpert, -1, slot, layout.Slots) < 0)
                    continue;
                plan.Move(expert, rank, random.Next(4) == 0 ? plan.HomeTokens[expert] : random.Next(1, plan.HomeTokens[expert] + 1));
            }
            plan.Count();
        }
    }
}
