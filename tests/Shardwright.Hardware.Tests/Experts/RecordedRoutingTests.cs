namespace Shardwright.Hardware.Tests;

public class RecordedRoutingTests
{
    private static readonly double[] Total = [.. Enumerable.Range(0, 64).Select(expert => expert % 16 == 3 ? 0.0 : 10 + expert)];

    [Fact]
    public void Draw_GivesEveryRankItsCopies()
    {
        int[][] counts = RecordedRouting.Draw(Total, 8, 4096, new(1));
        Assert.Equal(8, counts.Length);
        Assert.All(counts, source => Assert.Equal(4096, source.Sum()));
        Assert.All(counts, source => Assert.All(source.Where((_, expert) => Total[expert] == 0), copies => Assert.Equal(0, copies)));
    }

    [Fact]
    public void Draw_OfTheSameSeed_IsTheSame() =>
        Assert.Equal(RecordedRouting.Draw(Total, 8, 4096, new(5)).SelectMany(c => c), RecordedRouting.Draw(Total, 8, 4096, new(5)).SelectMany(c => c));

    [Fact]
    public void Draw_OfManyRanks_HasTheRecordedMeanAndTheSkewOfTheDirichletDistribution()
    {
        const int Ranks = 2000, Copies = 20_000;
        int[][] counts = RecordedRouting.Draw(Total, Ranks, Copies, new(2));
        double all = Total.Sum(), mean = all / Total.Length;
        for (int expert = 0; expert < 64; expert += 5)
        {
            double p = Total[expert] / all, alpha = RecordedRouting.Concentration * Total.Length;
            double average = counts.Average(c => c[expert]), variance = counts.Average(c => (c[expert] - average) * (c[expert] - average));
            // Dirichlet-multinomial: n p (1 − p) (n + α) ÷ (1 + α).
            double expected = Copies * p * (1 - p) * (Copies + alpha) / (1 + alpha);
            Assert.Equal(Copies * p, average, 5 * Math.Sqrt(expected / Ranks) + 1e-9);
            Assert.Equal(expected, variance, 0.2 * expected + 1e-9);
        }
    }

    [Fact]
    public void Draw_OfRanksThatAreAlike_IsMultinomial()
    {
        int[][] counts = RecordedRouting.Draw(Total, 2000, 20_000, new(3), double.PositiveInfinity);
        double p = Total[40] / Total.Sum(), average = counts.Average(c => c[40]);
        Assert.Equal(20_000 * p * (1 - p), counts.Average(c => (c[40] - average) * (c[40] - average)), 0.2 * 20_000 * p);
    }
}
