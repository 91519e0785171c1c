namespace Shardwright.Hardware.Tests;

/// <summary>Whatever the counts, every plan is legal, no worse than doing nothing, the same when made again, and made without allocating.</summary>
public class PlannerLegalityTests
{
    public static TheoryData<RoutingWorkload> Workloads => [.. Enum.GetValues<RoutingWorkload>()];

    private static readonly (int Experts, int Ranks, int Slots, int Domain, int Least)[] Layouts =
        [(8, 4, 1, 0, 1), (16, 4, 2, 2, 1), (64, 8, 8, 0, 1), (64, 16, 2, 4, 64), (256, 64, 2, 0, 1), (256, 64, 2, 16, 1024), (32, 32, 1, 0, 1), (12, 3, 0, 0, 1)];

    private static IEnumerable<PlacementPlanner> Planners(ExpertLayout layout)
    {
        yield return new StaticPlanner();
        yield return new SpillPlanner(layout);
        yield return new SpillPlanner(layout, limit: 1.1, leastImbalance: 1);
        yield return new QuotaPlanner(layout);
        if (layout.Slots >= layout.PerRank && layout.Domain == layout.Ranks)
            yield return new ExactPlanner(layout);
    }

    [Theory, MemberData(nameof(Workloads))]
    public void Plan_OfAnyWorkload_IsLegalAndNoWorseThanStatic(RoutingWorkload workload)
    {
        foreach (var (experts, ranks, slots, domain, least) in Layouts)
        {
            var layout = new ExpertLayout(experts, ranks, slots, domain, least);
            var plan = new PlacementPlan(layout);
            foreach (var planner in Planners(layout))
                for (int step = 0; step < 6; step++)
                {
                    int[] load = RoutingGenerator.Sum(new RoutingGenerator(experts, ranks, 512, seed: 7).Draw(workload, step, layer: step % 3));
                    AssertLegal(planner, load, plan);
                }
        }
    }

    [Fact]
    public void Plan_OfAdversarialCounts_IsLegalAndNoWorseThanStatic()
    {
        var random = new SplitMix64(11);
        for (int i = 0; i < 3000; i++)
        {
            int ranks = 1 + random.NextInt(6), perRank = 1 + random.NextInt(4), slots = random.NextInt(perRank + 2);
            var layout = new ExpertLayout(ranks * perRank, ranks, slots, leastTokens: 1 + random.NextInt(5) * random.NextInt(40));
            int[] load = [.. Enumerable.Range(0, layout.Experts).Select(_ => random.NextInt(4) switch { 0 => 0, 1 => 1, 2 => random.NextInt(20), _ => random.NextInt(20_000) })];
            var plan = new PlacementPlan(layout);
            foreach (var planner in Planners(layout))
                AssertLegal(planner, load, plan);
        }
    }

    [Theory, MemberData(nameof(Workloads))]
    public void LocalPlan_OfAnyWorkload_IsLegalAndMovesNoToken(RoutingWorkload workload)
    {
        foreach (var (experts, ranks) in new[] { (8, 4), (64, 8), (12, 3), (6, 1) })
        {
            var layout = new ExpertLayout(experts, ranks, experts - experts / ranks);
            var plan = new PlacementPlan(layout);
            var split = new TokenSplit(layout, node: ranks);
            int[][] counts = new RoutingGenerator(experts, ranks, 512, seed: 7).Draw(workload, 3, layer: 1);
            int[] load = RoutingGenerator.Sum(counts);
            new LocalPlanner(layout).Plan(counts, load, plan);
            split.Fill(counts, plan, SplitOrder.Locality);

            Assert.Null(plan.WhyIllegal(load));
            Assert.Equal(counts.Select(row => row.Sum()), plan.RankTokens);
            for (int source = 0; source < ranks; source++)
                for (int instance = 0; instance < split.First[experts]; instance++)
                    Assert.True(split.Tokens[source][instance] == 0 || split.InstanceRank[instance] == source, $"{experts} experts: {split.Tokens[source][instance]} tokens of rank {source} go to rank {split.InstanceRank[instance]}");
        }
    }

    [Fact]
    public void LocalPlanner_WithoutRoomOrWithDomains_SaysWhatItNeeds()
    {
        Assert.Contains("need 12 slots a rank", Assert.Throws<ArgumentException>(() => new LocalPlanner(new(16, 4, 11))).Message);
        Assert.Contains("domains of 2 of 4", Assert.Throws<ArgumentException>(() => new LocalPlanner(new(16, 4, 12, domain: 2))).Message);
        Assert.Contains("counts of every rank", Assert.Throws<NotSupportedException>(() => new LocalPlanner(new(16, 4, 12)).Plan(new int[16], new(new(16, 4, 12)))).Message);
    }

    [Fact]
    public void Plan_OfTheSameCounts_IsTheSameInAnotherPlanner()
    {
        var layout = new ExpertLayout(64, 16, 4);
        int[] load = RoutingGenerator.Sum(new RoutingGenerator(64, 16, 4096, 3).Draw(RoutingWorkload.Clustered, 5, 0)), other = [.. load.Reverse()];
        foreach (var (first, second) in Planners(layout).Zip(Planners(layout)))
        {
            PlacementPlan a = new(layout), b = new(layout);
            first.Plan(load, a);
            // What was planned before must not show.
            second.Plan(other, b);
            second.Plan(load, b);
            Assert.Equal(a.SlotExpert, b.SlotExpert);
            Assert.Equal(a.SlotTokens, b.SlotTokens);
            Assert.Equal(a.HomeTokens, b.HomeTokens);
        }
    }

    [Fact]
    public void Plan_AfterTheFirst_AllocatesNothing()
    {
        var layout = new ExpertLayout(256, 64, 4);
        var plan = new PlacementPlan(layout);
        int[] load = RoutingGenerator.Sum(new RoutingGenerator(256, 64, 4096, 3).Draw(RoutingWorkload.Clustered, 0, 0));
        foreach (var planner in Planners(layout))
        {
            planner.Plan(load, plan);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                planner.Plan(load, plan);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void WhyIllegal_OfBrokenPlans_NamesWhatIsBroken()
    {
        var layout = new ExpertLayout(8, 4, 2, domain: 2);
        int[] load = [90, 10, 5, 5, 5, 5, 5, 5];
        Broken(plan => plan.Move(0, 2, 10), "another domain");
        Broken(plan => plan.Move(0, 0, 10), "rank 0 holds expert 0 twice");
        Broken(plan => { plan.Move(0, 1, 10); plan.Move(0, 1, 10); }, "rank 1 holds expert 0 twice");
        Broken(plan => plan.Move(0, 1, 91), "-1 at home");
        Broken(plan => plan.Move(0, 1, 0), "has 0 tokens");
        Broken(plan => { plan.Move(0, 1, 10); plan.SlotTokens[2]++; }, "expert 0 has 90 tokens");
        Broken(plan => { plan.Move(0, 1, 10); plan.RankTokens[3]++; }, "rank 3 has 10 tokens; the plan says 11");

        void Broken(Action<PlacementPlan> act, string message)
        {
            var plan = new PlacementPlan(layout);
            plan.Reset(load);
            act(plan);
            Assert.Contains(message, plan.WhyIllegal(load), StringComparison.Ordinal);
        }
    }

    private static void AssertLegal(PlacementPlanner planner, int[] load, PlacementPlan plan)
    {
        planner.Plan(load, plan);
        string at = $"{planner.Name}, {plan.Layout}, [{string.Join(", ", load)}]";
        Assert.True(plan.WhyIllegal(load) is null, $"{plan.WhyIllegal(load)}: {at}");
        int homes = Enumerable.Range(0, plan.Layout.Ranks).Max(r => load.Skip(r * plan.Layout.PerRank).Take(plan.Layout.PerRank).Sum());
        Assert.True(plan.Busiest <= homes, $"busiest rank {plan.Busiest}, static {homes}: {at}");
        Assert.True(plan.Busiest >= LoadBound.Busiest(plan.Layout, load), $"busiest rank {plan.Busiest} under its lower bound: {at}");
        if (planner is ExactPlanner)
            Assert.Equal((load.Sum(c => (long)c) + plan.Layout.Ranks - 1) / plan.Layout.Ranks, plan.Busiest);
    }
}
