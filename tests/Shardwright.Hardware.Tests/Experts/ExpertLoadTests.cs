namespace Shardwright.Hardware.Tests;

public class ExpertLoadTests
{
    [Fact]
    public void Factor_ContiguousRuns_IsMaxOverMean()
    {
        // Two ranks: 1 + 2 and 3 + 6; mean 6.
        Assert.Equal(1.5, ExpertLoad.Factor([1, 2, 3, 6], 2));
        Assert.Equal(2, ExpertLoad.Factor([1, 2, 3, 6], 4));
        Assert.Equal(1, ExpertLoad.Factor([1, 2, 3, 6], 1));
    }

    [Fact]
    public void Factor_NoTokens_IsEven() => Assert.Equal(1, ExpertLoad.Factor([0, 0], 2));

    [Fact]
    public void Factor_AllOnOne_IsTheNumberOfRanks() => Assert.Equal(4, ExpertLoad.Factor([0, 0, 9, 0], 4));

    [Fact]
    public void Factor_MoreRanks_NeverFallsWhenEachIsSplit()
    {
        var random = new Random(5);
        double[] counts = [.. Enumerable.Range(0, 64).Select(_ => (double)random.Next(1000))];
        for (int ranks = 1; ranks < 64; ranks *= 2)
            Assert.True(ExpertLoad.Factor(counts, 2 * ranks) >= ExpertLoad.Factor(counts, ranks));
    }

    [Fact]
    public void Factor_RanksThatDoNotDivide_Throws() => Assert.Throws<ArgumentException>(() => ExpertLoad.Factor([1, 2, 3], 2));

    [Fact]
    public void Factor_NegativeCount_NamesTheExpert() => Assert.Contains("Expert 1", Assert.Throws<ArgumentException>(() => ExpertLoad.Factor([1, -2], 2)).Message);
}
