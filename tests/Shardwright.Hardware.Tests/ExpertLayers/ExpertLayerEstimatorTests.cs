namespace Shardwright.Hardware.Tests;

public class ExpertLayerEstimatorTests
{
    private static readonly ExpertLayout Layout = new(64, 16, 2);
    private static readonly ExpertLayerShape Shape = new(1024, 512, TopK: 4, Tokens: 2048);

    public static MatrixTheoryData<string, RowExchange> Machines => new(["trn2.48xlarge", "trn3.ultraserver64", "dgx-h100"], [RowExchange.Variable, RowExchange.Padded, RowExchange.Gathered]);

    [Theory, MemberData(nameof(Machines))]
    public void Static_AtEvenLoad_IsTheWalkOfTheEmulatorsClock(string machine, RowExchange exchange)
    {
        var mesh = new MeshPlacement(16, 16);
        var estimator = new ExpertLayerEstimator(MachineCatalog.Get(machine), mesh, Layout, Shape, exchange);
        int[][] even = ExpertLayerEstimator.Balanced(Layout, Shape);

        long time = estimator.Static(even, RoutingGenerator.Sum(even));

        Assert.Equal(ProgramWalk.Balanced(new ProgramCosts(estimator.Program, estimator.Machine, mesh)).Now, time);
    }

    [Fact]
    public void Static_OfPaddedRows_IsTheWalkOfTheEmulatorsClockAtAnyLoad()
    {
        // Where no pair has bytes of its own, both claim the same thing at uneven load as well.
        var mesh = new MeshPlacement(16, 16);
        var estimator = new ExpertLayerEstimator(MachineCatalog.Get("trn2.48xlarge"), mesh, Layout, Shape, RowExchange.Padded);
        int[][] counts = Counts(RoutingWorkload.Clustered);
        var clocks = ProgramWalk.Run(new ProgramCosts(estimator.Program, estimator.Machine, mesh), 16, new CountedRouting(counts));
        Assert.Equal(clocks.Max(clock => clock.Now), estimator.Static(counts, RoutingGenerator.Sum(counts)));
    }

    [Fact]
    public void Estimate_OfSmallLayer_ChargesEveryByteOnItsLinks()
    {
        // On a switch of one rank a port: rows that cross the busiest port, counted one by one from the split; weights and gradients, from the slots.
        var machine = TestMachines.Plain(16);
        var estimator = new ExpertLayerEstimator(machine, new(16, 16), Layout, Shape, RowExchange.Variable);
        foreach (var workload in Enum.GetValues<RoutingWorkload>())
        {
            int[][] counts = Counts(workload);
            var plan = Quota(counts);
            var time = estimator.Estimate(counts, plan);
            double[] sent = new double[16], received = new double[16], given = new double[16], taken = new double[16];
            var split = new TokenSplit(Layout, node: 1);
            split.Fill(counts, plan, SplitOrder.Proportional);
            for (int source = 0; source < 16; source++)
                for (int instance = 0; instance < split.First[64]; instance++)
                    if (split.InstanceRank[instance] != source)
                    {
                        sent[source] += split.Tokens[source][instance] * 1024.0 * 2;
                        received[split.InstanceRank[instance]] += split.Tokens[source][instance] * 1024.0 * 2;
                    }
            for (int slot = 0; slot < plan.SlotExpert.Length; slot++)
                if (plan.SlotExpert[slot] >= 0)
                {
                    given[plan.SlotExpert[slot] / 4] += 3 * 1024 * 512 * 2;
                    taken[slot / 2] += 3 * 1024 * 512 * 2;
                }
            var latency = CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, 16, 1), 0).Latency;
            Assert.Equal(Math.Max(sent.Max(), received.Max()) * 10, time.Exchange - latency, 1.0);
            Assert.Equal(plan.Replicas, time.Replicas);
            Assert.Equal(plan.Replicas * 3L * 1024 * 512 * (2 + 2 + 4), time.ReplicaBytes);
            if (plan.Replicas == 0)
                Assert.Equal((0, 0), (time.Weights, time.Gradients));
            else
            {
                // Served by the homes, weights in one exchange, gradients in one a matrix; a chain may be faster, and no port can carry less than what its slots take.
                Assert.InRange(time.Weights - latency, taken.Max() * 10 - 3, Math.Max(given.Max(), taken.Max()) * 10 + 3);
                Assert.InRange(time.Gradients - 3 * latency, taken.Max() * 20 - 3, Math.Max(given.Max(), taken.Max()) * 20 + 3);
            }
        }
    }

    [Fact]
    public void Chain_OfAHomeWithManyReplicas_SendsWeightsOnce()
    {
        // One expert with seven replicas on a switch of one rank a port, 100 GB/s: by the home alone seven times the bytes; in a chain once, and seven steps of chunks of 4 MiB. Three matrices in one exchange.
        var layout = new ExpertLayout(8, 8, 1);
        var shape = new ExpertLayerShape(7168, 2048, TopK: 1, Tokens: 800);
        var machine = TestMachines.Plain();
        var estimator = new ExpertLayerEstimator(machine, new(8, 8), layout, shape, RowExchange.Variable);
        int[][] counts = [.. Enumerable.Range(0, 8).Select(_ => new[] { 800, 0, 0, 0, 0, 0, 0, 0 })];
        var plan = new PlacementPlan(layout);
        plan.Reset(RoutingGenerator.Sum(counts));
        for (int rank = 1; rank < 8; rank++)
            plan.Move(0, rank, 800);
        plan.Count();

        var time = estimator.Estimate(counts, plan);

        long bytes = 3 * 7168L * 2048 * 2, chunks = (bytes + (4 << 20) - 1) / (4 << 20);
        // Seven steps of 1 µs each.
        Assert.Equal(7_000_000 + bytes * 10.0 * (chunks + 6) / chunks, time.Weights, 6.0);
        Assert.Equal(6_400 / 8, plan.Busiest);
    }

    [Fact]
    public void RunningSums_OfOneHotExpert_TakeTheirTurns()
    {
        // Expert 0 of three has 7,000 rows. Turn 0: rank 1 sums 2,000 of them and 1,000 of its own expert, 3,000 for the busiest; turn 1: rank 2 goes on with 2,000; turn 2: rank 0, at home, with 3,000. No rank has more than 3,000 in all, so 5,000
        // are waited for, behind two exchanges of one sum, for each of three matrices.
        var layout = new ExpertLayout(3, 3, 1);
        var shape = new ExpertLayerShape(1024, 1024, TopK: 1, Tokens: 3000);
        var machine = TestMachines.Plain();
        var estimator = new ExpertLayerEstimator(machine, new(3, 3), layout, shape, RowExchange.Variable, SplitOrder.Contiguous);
        int[][] counts = [[2000, 1000, 0], [2000, 0, 1000], [3000, 0, 0]];
        var plan = new PlacementPlan(layout);
        plan.Reset(RoutingGenerator.Sum(counts));
        plan.Move(0, 1, 2000);
        plan.Move(0, 2, 2000);
        plan.Count();

        var time = estimator.Estimate(counts, plan);

        var hop = CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, 3, 1), 4 * 1024 * 1024);
        // 2 · 5,000 · 1,024² operations at 100 TFLOP/s, 10 µs for the statement.
        Assert.Equal(3 * (2 * hop.Picoseconds + 104_857_600 + 10_000_000), time.Gradients, 3.0);
        var added = new ExpertLayerEstimator(machine, new(3, 3), layout, shape, RowExchange.Variable).Estimate(counts, plan);
        Assert.InRange(time.Picoseconds - added.Picoseconds, 1, time.Gradients);
    }

    [Fact]
    public void Parts_AddUp()
    {
        var estimator = new ExpertLayerEstimator(MachineCatalog.Get("trn2.48xlarge"), new(16, 16), Layout, Shape, RowExchange.Variable);
        int[][] counts = Counts(RoutingWorkload.Clustered);
        var plan = Quota(counts);
        var time = estimator.Estimate(counts, plan);
        Assert.Equal(estimator.Picoseconds(counts, plan), time.Picoseconds);
        Assert.InRange(time.Forward, time.Picoseconds / 5, time.Picoseconds / 2);
        Assert.InRange(time.ExposedWeights, 0, 2 * time.Weights);
        Assert.InRange(time.ExposedGradients, 0, time.Gradients);
        Assert.Equal(plan.Imbalance(), time.Imbalance);
    }

    [Fact]
    public void SlotsOfTheirOwn_PullWeightsOnce()
    {
        var machine = MachineCatalog.Get("trn2.48xlarge");
        int[][] counts = Counts(RoutingWorkload.Clustered);
        var plan = Quota(counts);
        var shared = new ExpertLayerEstimator(machine, new(16, 16), Layout, Shape, RowExchange.Variable).Estimate(counts, plan);
        var own = new ExpertLayerEstimator(machine, new(16, 16), Layout, Shape with { SharesSlots = false }, RowExchange.Variable).Estimate(counts, plan);
        Assert.Equal(shared.Forward, own.Forward);
        Assert.InRange(own.Picoseconds, shared.Picoseconds - shared.Weights, shared.Picoseconds);
        Assert.Equal(plan.Replicas * Shape.ReplicaWeightBytes, shared.ReplicaBytes - own.ReplicaBytes);
    }

    [Fact]
    public void Constructor_OtherRanksThanExpertPeers_IsAnError() =>
        Assert.Contains("16 ranks, the mesh 8", Assert.Throws<ArgumentException>(() => new ExpertLayerEstimator(MachineCatalog.Get("trn2.48xlarge"), new(16, 8), Layout, Shape)).Message, StringComparison.Ordinal);

    private static int[][] Counts(RoutingWorkload workload) => new RoutingGenerator(64, 16, (int)Shape.Copies, seed: 3).Draw(workload, step: 3, layer: 1);

    private static PlacementPlan Quota(int[][] counts)
    {
        var plan = new PlacementPlan(Layout);
        new QuotaPlanner(Layout).Plan(RoutingGenerator.Sum(counts), plan);
        return plan;
    }

    /// <summary>Every expert at home.</summary>
    private sealed class CountedRouting(int[][] counts) : IRouting
    {
        private readonly int[] load = RoutingGenerator.Sum(counts);

        public void Rows(int site, int layer, int microBatch, int rank, int[] starts)
        {
            for (int expert = 0; expert < starts.Length - 1; expert++)
                starts[expert + 1] = starts[expert] + load[rank * (starts.Length - 1) + expert];
        }

        public ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk)
        {
            int perRank = load.Length / counts.Length;
            return new(counts.Max(c => c.Sum()), load.Chunk(perRank).Max(c => c.Sum()), counts.SelectMany(c => c.Chunk(perRank)).Max(c => c.Sum()));
        }
    }
}
