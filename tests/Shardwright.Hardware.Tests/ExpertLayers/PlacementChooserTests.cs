namespace Shardwright.Hardware.Tests;

public class PlacementChooserTests
{
    private static readonly ExpertLayout Layout = new(64, 16, 4);
    private static readonly ExpertLayerShape Shape = new(2048, 1024, TopK: 4, Tokens: 4096);

    public static MatrixTheoryData<string, int, RowExchange> Machines => new(["trn2.48xlarge", "trn2u.48xlarge", "trn3.ultraserver64", "dgx-h100"], [1, 4, 64], [RowExchange.Variable, RowExchange.Padded]);

    [Theory, MemberData(nameof(Machines))]
    public void Choose_OnAnyWorkload_IsNeverSlowerThanStatic(string machine, int stride, RowExchange exchange)
    {
        var estimator = Estimator(machine, stride, exchange);
        var chooser = new PlacementChooser(estimator);
        foreach (var workload in Enum.GetValues<RoutingWorkload>())
            for (int step = 0; step < 4; step++)
            {
                int[][] counts = Counts(workload, step);
                int[] load = RoutingGenerator.Sum(counts);
                var choice = chooser.Choose(counts);
                Assert.Null(chooser.Plan.WhyIllegal(load));
                long still = estimator.Static(counts, load), time = estimator.Picoseconds(counts, chooser.Plan);
                Assert.True(choice.IsStatic ? time == still : time <= still - still / 1000 * 5, $"{workload} {step}: {time} ps under plan {choice.Planner}, {still} ps static");
                Assert.Equal(choice.IsStatic, chooser.Plan.Replicas == 0);
                if (choice.Picoseconds > 0)
                    Assert.Equal(time, choice.Picoseconds);
                if (choice.StaticPicoseconds > 0)
                    Assert.Equal(still, choice.StaticPicoseconds);
            }
    }

    [Fact]
    public void Choose_OfEvenRanks_DoesNothing()
    {
        var chooser = new PlacementChooser(Estimator("trn3.ultraserver64", 1, RowExchange.Variable));
        foreach (var workload in new[] { RoutingWorkload.Balanced, RoutingWorkload.RaggedSources })
            Assert.True(chooser.Choose(Counts(workload, 0)).IsStatic);
        Assert.Equal(0, chooser.Plan.Replicas);
    }

    [Fact]
    public void Choose_TakesTheFastestCandidate()
    {
        var estimator = Estimator("trn2u.48xlarge", 4, RowExchange.Variable);
        PlacementPlanner[] candidates = [new QuotaPlanner(Layout), new QuotaPlanner(new(64, 16, 4, 0, 2048)), new ExactPlanner(Layout), new SpillPlanner(Layout)];
        var chooser = new PlacementChooser(estimator, candidates, closeEnough: 0);
        var plan = new PlacementPlan(Layout);
        for (int step = 0; step < 8; step++)
        {
            int[][] counts = Counts(RoutingWorkload.Clustered, step);
            int[] load = RoutingGenerator.Sum(counts);
            var choice = chooser.Choose(counts);
            long best = candidates.Min(candidate => { candidate.Plan(load, plan); return estimator.Picoseconds(counts, plan); });
            Assert.Equal(best, choice.Picoseconds);
        }
    }

    /// <summary>Tokens or weights: many tokens for small experts stay where they are, balanced or not; few for large ones travel.</summary>
    [Theory]
    [InlineData(RoutingWorkload.Balanced, 65_536, 64, true)]
    [InlineData(RoutingWorkload.Clustered, 65_536, 64, true)]
    [InlineData(RoutingWorkload.Balanced, 512, 2048, false)]
    [InlineData(RoutingWorkload.Clustered, 512, 2048, false)]
    public void Choose_WithASlotForEveryExpert_MovesWeightsWhereTokensAreMany(RoutingWorkload workload, int tokens, int hidden, bool movesWeights)
    {
        var layout = new ExpertLayout(16, 8, 14);
        var estimator = new ExpertLayerEstimator(MachineCatalog.Get("trn2.48xlarge"), new(8, 8), layout, new(1024, hidden, TopK: 4, Tokens: tokens), RowExchange.Variable);
        var chooser = new PlacementChooser(estimator);
        int[][] counts = new RoutingGenerator(16, 8, tokens * 4, seed: 5).Draw(workload, 1, layer: 0);

        var choice = chooser.Choose(counts);

        Assert.Equal(movesWeights, chooser.Plan.KeepsTokens);
        long still = estimator.Static(counts, RoutingGenerator.Sum(counts));
        if (movesWeights)
            Assert.InRange(choice.Picoseconds, 1, still - 1);
    }

    [Fact]
    public void Choose_CloseToTheEvenTime_TriesNoMore()
    {
        var estimator = Estimator("trn3.ultraserver64", 1, RowExchange.Variable);
        int[][] even = ExpertLayerEstimator.Balanced(Layout, Shape);
        long ideal = estimator.Static(even, RoutingGenerator.Sum(even));
        PlacementPlanner[] candidates = [new QuotaPlanner(new(64, 16, 4, 0, 256)), new QuotaPlanner(Layout)];
        int[][] counts = Counts(RoutingWorkload.SpreadHot, 1);
        PlacementChoice first = new PlacementChooser(estimator, candidates, closeEnough: 200).Choose(counts), fastest = new PlacementChooser(estimator, candidates, closeEnough: 0).Choose(counts);
        Assert.Equal(0, first.Planner);
        Assert.InRange(first.Picoseconds, fastest.Picoseconds, ideal + ideal / 5);
    }

    [Fact]
    public void Choose_InAnotherChooser_GivesTheSamePlanAndSplit()
    {
        PlacementChooser one = new(Estimator("trn2.48xlarge", 1, RowExchange.Variable)), other = new(Estimator("trn2.48xlarge", 1, RowExchange.Variable));
        // What was chosen before must not matter.
        one.Choose(Counts(RoutingWorkload.HotExpert, 3));
        foreach (var workload in Enum.GetValues<RoutingWorkload>())
        {
            int[][] counts = Counts(workload, 2);
            Assert.Equal(one.Choose(counts), other.Choose(counts));
            Assert.Equal(one.Plan.SlotExpert, other.Plan.SlotExpert);
            Assert.Equal(one.Plan.SlotTokens, other.Plan.SlotTokens);
            Assert.Equal(one.Split.First, other.Split.First);
            Assert.Equal(one.Split.Tokens.SelectMany(t => t), other.Split.Tokens.SelectMany(t => t));
            for (int rank = 0; rank < 16; rank++)
                Assert.Equal(one.Plan.RankTokens[rank], Enumerable.Range(0, one.Split.First[64]).Where(i => one.Split.InstanceRank[i] == rank).Sum(i => one.Split.Tokens.Sum(t => t[i])));
        }
    }

    [Fact]
    public void Choose_AfterTheFirst_AllocatesNothing()
    {
        var chooser = new PlacementChooser(Estimator("trn2u.48xlarge", 4, RowExchange.Variable));
        int[][][] counts = [Counts(RoutingWorkload.Clustered, 0), Counts(RoutingWorkload.Balanced, 0), Counts(RoutingWorkload.HotRank, 0)];
        foreach (int[][] c in counts)
            chooser.Choose(c);
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (int[][] c in counts)
        {
            chooser.Choose(c);
            _ = chooser.Split;
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Constructor_GainOfEverything_IsAnError() =>
        Assert.Throws<ArgumentException>(() => new PlacementChooser(Estimator("trn2.48xlarge", 1, RowExchange.Variable), leastGain: 1000));

    /// <summary>Goal: 95 % of the ideal step; the best that is published is 94.6 % (UltraEP, arXiv 2606.04101).</summary>
    [Theory]
    [InlineData("trn3.ultraserver64")]
    [InlineData("trn2.48xlarge")]
    public void Layer_OnRecordedCounts_ReachesTheGoal(string machine)
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        string[] names = ["decode_in1000out1000", "decode_in1800out100", "prefill_in1000out1000", "prefill_in1024", "prefill_in1800out100", "prefill_in2000out100", "prefill_in2048", "prefill_in500out1500"];
        var layers = names.SelectMany(name => RoutingTrace.Read(File.ReadAllText(PublishedData.Trace(name + ".json")), name).ExpertLayers).ToList();
        // Every ninth of 464 layers; the benchmark AdaptiveExperts takes all.
        Check(machine, layers.Where((_, i) => i % 9 == 4).Select((layer, i) => RecordedRouting.Draw(layer, 64, 65_536, new((ulong)i))), goal: 0.95);
    }

    [Theory]
    [InlineData("trn3.ultraserver64")]
    [InlineData("trn2.48xlarge")]
    public void Layer_OnGeneratedCounts_ReachesTheGoal(string machine)
    {
        var generator = new RoutingGenerator(256, 64, 65_536, seed: 1);
        // More uneven now and then than what was recorded.
        Check(machine, Enumerable.Range(0, 8).Select(layer => generator.Draw(RoutingWorkload.Clustered, layer % 4, layer)), goal: 0.94);
    }

    /// <summary>EP64 of the sizes of DeepSeek-V3's experts: time with forced balance ÷ time with adaptive placement, and adaptive never 1 % slower than static.</summary>
    private static void Check(string machine, IEnumerable<int[][]> layers, double goal)
    {
        var shape = new ExpertLayerShape(7168, 2048, TopK: 8, Tokens: 8192);
        var layout = new ExpertLayout(256, 64, 2);
        var estimator = new ExpertLayerEstimator(MachineCatalog.Get(machine), new(64, 64), layout, shape, RowExchange.Variable);
        var chooser = new PlacementChooser(estimator);
        int[][] even = ExpertLayerEstimator.Balanced(layout, shape);
        // Forced balance.
        long ideal = estimator.Static(even, RoutingGenerator.Sum(even)), sum = 0, still = 0;
        int count = 0;
        foreach (int[][] counts in layers)
        {
            chooser.Choose(counts);
            long time = estimator.Picoseconds(counts, chooser.Plan), home = estimator.Static(counts, RoutingGenerator.Sum(counts));
            Assert.True(time <= home + home / 100);
            (sum, still, count) = (sum + time, still + home, count + 1);
        }
        double share = (double)ideal * count / sum;
        TestContext.Current.SendDiagnosticMessage($"{machine}: {share:P1} of the ideal step, static {(double)ideal * count / still:P1}, {count} layers");
        Assert.True(share >= goal, $"{machine}: {share:P2} of the ideal step, need {goal:P0}");
    }

    private static ExpertLayerEstimator Estimator(string machine, int stride, RowExchange exchange) =>
        new(MachineCatalog.Get(machine), new(16 * stride, 16, ExpertInnermost: false), Layout, Shape, exchange);

    private static int[][] Counts(RoutingWorkload workload, int step) => new RoutingGenerator(64, 16, (int)Shape.Copies, seed: 6).Draw(workload, step, layer: 2);
}
