namespace Shardwright.Hardware.Tests;

public class LoadFactorTests
{
    [Fact]
    public void Of_ContiguousRuns_IsMaxOverMean()
    {
        // Two ranks: 1 + 2 and 3 + 6; mean 6.
        Assert.Equal(1.5, LoadFactor.Of([1, 2, 3, 6], 2));
        Assert.Equal(2, LoadFactor.Of([1, 2, 3, 6], 4));
        Assert.Equal(1, LoadFactor.Of([1, 2, 3, 6], 1));
    }

    [Fact]
    public void Of_NoTokens_IsEven() => Assert.Equal(1, LoadFactor.Of([0, 0], 2));

    [Fact]
    public void Of_AllOnOne_IsTheNumberOfRanks() => Assert.Equal(4, LoadFactor.Of([0, 0, 9, 0], 4));

    [Fact]
    public void Of_MoreRanks_NeverFallsWhenEachIsSplit()
    {
        var random = new Random(5);
        double[] counts = [.. Enumerable.Range(0, 64).Select(_ => (double)random.Next(1000))];
        for (int ranks = 1; ranks < 64; ranks *= 2)
            Assert.True(LoadFactor.Of(counts, 2 * ranks) >= LoadFactor.Of(counts, ranks));
    }

    [Fact]
    public void Of_RanksThatDoNotDivide_Throws() => Assert.Throws<ArgumentException>(() => LoadFactor.Of([1, 2, 3], 2));

    [Fact]
    public void Of_NegativeCount_NamesTheExpert() => Assert.Contains("Expert 1", Assert.Throws<ArgumentException>(() => LoadFactor.Of([1, -2], 2)).Message);
}
