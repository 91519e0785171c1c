namespace Shardwright.Hardware.Tests;

public class EfficiencyCurveTests
{
    private static readonly EfficiencyTable Simple = new([1 << 20, 1 << 24], [2, 8], [[0.25, 0.125], [1.0, 0.5]]);

    [Theory]
    [InlineData(1 << 20, 2, 0.25)]
    [InlineData(1 << 24, 2, 1.0)]
    [InlineData(1 << 22, 2, 0.5)] // half way in log2(bytes): the geometric mean
    [InlineData(1 << 10, 2, 0.25)] // below the table
    [InlineData(1 << 30, 8, 0.5)] // above it
    [InlineData(1 << 20, 4, 0.1767766953)] // half way in log2(units): √(1/4 · 1/8)
    [InlineData(1 << 20, 100, 0.125)]
    public void Share_BetweenRowsAndColumns_IsInterpolatedInLogarithms(long bytes, int units, double share) => Assert.Equal(share, new EfficiencyCurve(Simple, units).Share(bytes), 1e-9);

    [Fact]
    public void AtFullSpeed_RowThatWouldMakeMoreBytesFaster_KeepsTheTimeOfFewer()
    {
        // 1 MiB at 0.1 takes 10 MiB's time; 2 MiB at 1.0 would take 2.
        var curve = new EfficiencyCurve(new EfficiencyTable([1 << 20, 1 << 21], [1], [[0.1], [1.0]]), 1);

        Assert.Equal(10 * (1 << 20), curve.AtFullSpeed(1 << 20), 1e-3);
        Assert.Equal(10 * (1 << 20), curve.AtFullSpeed(1 << 21), 1e-3);
    }

    [Fact]
    public void AtFullSpeed_RandomTables_NeverFalls()
    {
        var random = new Random(3);
        for (int table = 0; table < 300; table++)
        {
            int[] units = [1, 2 + table % 3, 16];
            long[] sizes = [.. Enumerable.Range(0, 6).Select(i => (1L << 6 * i) + random.Next(30))];
            var curve = new EfficiencyCurve(new EfficiencyTable(sizes, units, [.. sizes.Select(_ => (IReadOnlyList<double>)[.. units.Select(_ => 0.001 + 0.999 * random.NextDouble())])]), random.Next(1, 20));
            for (int i = 0; i < 100; i++)
            {
                double bytes = Math.Pow(2, random.NextDouble() * 36);

                Assert.True(curve.AtFullSpeed(bytes * (1 + random.NextDouble())) >= curve.AtFullSpeed(bytes) * (1 - 1e-14));
                Assert.InRange(curve.Share(bytes), 1e-6, 1 + 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(new long[] { 2, 1 }, new[] { 1 }, "ascend")]
    [InlineData(new long[] { 1, 2 }, new[] { 0 }, "ascend")]
    [InlineData(new long[] { 1 }, new[] { 1 }, "a row a size")]
    public void Constructor_BadTable_SaysWhatIsWrong(long[] bytes, int[] units, string message)
    {
        var table = new EfficiencyTable(bytes, units, [[0.5], [0.5]]);

        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new EfficiencyCurve(table, 1)).Message);
    }
}
