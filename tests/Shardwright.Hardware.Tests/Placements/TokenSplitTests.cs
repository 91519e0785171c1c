namespace Shardwright.Hardware.Tests;

public class TokenSplitTests
{
    private static readonly ExpertLayout Layout = new(64, 16, 2);

    public static MatrixTheoryData<RoutingWorkload, SplitOrder> Cases => new(Enum.GetValues<RoutingWorkload>(), Enum.GetValues<SplitOrder>());

    [Theory, MemberData(nameof(Cases))]
    public void Fill_OfAnyPlan_GivesEverySourceAndInstanceItsTokens(RoutingWorkload workload, SplitOrder order)
    {
        var (counts, plan, split) = Planned(workload);
        split.Fill(counts, plan, order);
        Assert.Equal(Layout.Experts + plan.Replicas, split.First[Layout.Experts]);
        for (int expert = 0; expert < Layout.Experts; expert++)
        {
            for (int source = 0; source < Layout.Ranks; source++)
                Assert.Equal(counts[source][expert], split.Tokens[source][split.First[expert]..split.First[expert + 1]].Sum());
            Assert.Equal(Layout.Home(expert), split.InstanceRank[split.First[expert + 1] - 1]);
            Assert.Equal(plan.HomeTokens[expert], split.Tokens.Sum(t => t[split.First[expert + 1] - 1]));
        }
        for (int rank = 0; rank < Layout.Ranks; rank++)
            Assert.Equal(plan.RankTokens[rank], Enumerable.Range(0, split.First[Layout.Experts]).Where(i => split.InstanceRank[i] == rank).Sum(i => split.Tokens.Sum(t => t[i])));
    }

    [Fact]
    public void Locality_KeepsAllThatCanStay()
    {
        var (counts, plan, split) = Planned(RoutingWorkload.Clustered);
        split.Fill(counts, plan, SplitOrder.Locality);
        int[][] own = [.. split.Tokens.Select(t => (int[])t.Clone())];
        split.Fill(counts, plan, SplitOrder.Contiguous);
        Assert.True(Traffic(own, split, 1) < Traffic(split.Tokens, split, 1));
        Assert.True(Traffic(own, split, 4) < Traffic(split.Tokens, split, 4));
        // On its own rank an instance gets whatever is smaller: what is there, or its quota.
        for (int expert = 0; expert < Layout.Experts; expert++)
            for (int i = split.First[expert]; i < split.First[expert + 1]; i++)
                Assert.Equal(Math.Min(counts[split.InstanceRank[i]][expert], own.Sum(t => t[i])), own[split.InstanceRank[i]][i]);
    }

    [Fact]
    public void Contiguous_InstancesTakeRunsInTheOrderOfRanks()
    {
        var (counts, plan, split) = Planned(RoutingWorkload.HotExpert);
        split.Fill(counts, plan, SplitOrder.Contiguous);
        for (int expert = 0; expert < Layout.Experts; expert++)
        {
            int last = -1;
            for (int i = split.First[expert]; i < split.First[expert + 1]; i++)
            {
                var sources = Enumerable.Range(0, Layout.Ranks).Where(s => split.Tokens[s][i] > 0).ToList();
                Assert.True(sources.Count == 0 || sources[0] >= last);
                last = sources.Count == 0 ? last : sources[^1];
            }
        }
    }

    [Fact]
    public void Proportional_SpreadsEverySourceOverInstancesByTheirQuotas()
    {
        var (counts, plan, split) = Planned(RoutingWorkload.HotExpert);
        split.Fill(counts, plan, SplitOrder.Proportional);
        for (int expert = 0; expert < Layout.Experts; expert++)
        {
            int first = split.First[expert], end = split.First[expert + 1];
            double load = counts.Sum(c => c[expert]);
            for (int i = first; i < end; i++)
                for (int source = 0; source < Layout.Ranks; source++)
                    // Rounding errors of the sources before are made good on the way.
                    Assert.Equal(counts[source][expert] * split.Tokens.Sum(t => t[i]) / Math.Max(1, load), split.Tokens[source][i], (double)(end - first));
        }
    }

    [Fact]
    public void Fill_AfterTheFirst_AllocatesNothing()
    {
        var (counts, plan, split) = Planned(RoutingWorkload.Clustered);
        split.Fill(counts, plan, SplitOrder.Locality);
        long before = GC.GetAllocatedBytesForCurrentThread();
        split.Fill(counts, plan, SplitOrder.Locality);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (int[][] Counts, PlacementPlan Plan, TokenSplit Split) Planned(RoutingWorkload workload)
    {
        int[][] counts = new RoutingGenerator(Layout.Experts, Layout.Ranks, 1024, 9).Draw(workload, 3, 1);
        var plan = new PlacementPlan(Layout);
        new QuotaPlanner(Layout).Plan(RoutingGenerator.Sum(counts), plan);
        return (counts, plan, new(Layout, node: 4));
    }

    /// <summary>Tokens that leave their node.</summary>
    private static long Traffic(int[][] tokens, TokenSplit split, int node) =>
        tokens.Select((t, source) => t.Select((n, i) => split.InstanceRank[i] / node == source / node ? 0L : n).Sum()).Sum();
}
