namespace Shardwright.Hardware.Tests;

/// <summary>The quota planner against the best plan there is, found by trying every assignment of experts to slots.</summary>
public class QuotaOptimalityTests
{
    private const int Instances = 10_000;

    [Fact]
    public void Quota_OfSmallInstances_IsNearTheOptimum()
    {
        var random = new SplitMix64(2026);
        var ratios = new List<double>(Instances);
        for (int i = 0; i < Instances; i++)
        {
            int ranks = 2 + random.NextInt(3), perRank = ranks == 4 ? 1 + random.NextInt(2) : 1 + random.NextInt(3), slots = ranks == 2 ? 1 + random.NextInt(2) : 1;
            var layout = new ExpertLayout(ranks * perRank, ranks, slots);
            double peak = 0.3 + 1.5 * random.NextDouble();
            int[] load = [.. Enumerable.Range(0, layout.Experts).Select(_ => (int)(100 * Math.Exp(peak * random.NextGaussian())))];
            if (load.Sum() == 0)
                continue;
            var plan = new PlacementPlan(layout);
            new QuotaPlanner(layout).Plan(load, plan);
            int best = PlacementOracle.Busiest(layout, load);
            Assert.True(plan.Busiest >= best, $"{plan.Busiest} beats the optimum {best}: {layout}, [{string.Join(", ", load)}]");
            Assert.True(LoadBound.Busiest(layout, load) <= best, $"lower bound {LoadBound.Busiest(layout, load)} above the optimum {best}: {layout}, [{string.Join(", ", load)}]");
            ratios.Add((double)plan.Busiest / best);
        }
        ratios.Sort();
        double mean = ratios.Average(), p99 = ratios[ratios.Count * 99 / 100];
        TestContext.Current.SendDiagnosticMessage($"quota ÷ optimum over {ratios.Count} instances: mean {mean:F4}, p99 {p99:F4}, worst {ratios[^1]:F4}");
        Assert.InRange(mean, 1, 1.02);
        Assert.InRange(p99, 1, 1.10);
    }

    [Fact]
    public void Oracle_OfInstancesDoneByHand_IsRight()
    {
        // One hot expert of 100 on three ranks: a slot each elsewhere, so it is spread evenly.
        Assert.Equal(34, PlacementOracle.Busiest(new(3, 3, 1), [100, 0, 0]));
        // Without slots, nothing moves.
        Assert.Equal(100, PlacementOracle.Busiest(new(3, 3, 0), [100, 0, 0]));
        // Rank 0 has 60 in six equal pieces of 10, rank 1 nothing and one slot: one piece moves.
        Assert.Equal(50, PlacementOracle.Busiest(new(12, 2, 1), [10, 10, 10, 10, 10, 10, 0, 0, 0, 0, 0, 0]));
    }
}
