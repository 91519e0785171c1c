namespace Shardwright.Hardware.Tests;

/// <summary>The published example of the balancer's repository (github.com/deepseek-ai/EPLB, README): two layers of 12 experts, 16 places, 4 groups, 2 nodes, 8 ranks.</summary>
public class EplbTests
{
    [Theory]
    [InlineData(new double[] { 90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86 }, new[] { 5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1 })]
    [InlineData(new double[] { 20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27 }, new[] { 7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1 })]
    public void Rebalance_OfThePublishedExample_IsThePublishedPlacement(double[] load, int[] placed) => Assert.Equal(placed, Eplb.Rebalance(load, places: 16, groups: 4, nodes: 2, ranks: 8));

    [Fact]
    public void RankLoads_AddUpToAllTokens()
    {
        double[] load = [5, 1, 1, 1];
        Assert.Equal([2.5 + 1, 2.5 + 1, 1], Eplb.RankLoads([0, 1, 0, 2, 3, 3], load, 3));
        Assert.Equal(load.Sum(), Eplb.RankLoads(Eplb.Rebalance(load, 6, 1, 1, 3), load, 3).Sum(), 12);
    }

    [Fact]
    public void Rebalance_SizesThatDoNotDivide_Throws() => Assert.Contains("do not divide", Assert.Throws<ArgumentException>(() => Eplb.Rebalance([1, 2, 3, 4], 5, 1, 1, 2)).Message, StringComparison.Ordinal);
}
