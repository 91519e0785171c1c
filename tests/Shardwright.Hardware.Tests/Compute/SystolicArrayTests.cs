namespace Shardwright.Hardware.Tests;

public class SystolicArrayTests
{
    private static readonly RankRates Core = MachineCatalog.Get("trn2.48xlarge:lnc1").Rank;

    private static readonly RankRates Pair = MachineCatalog.Get("trn2.48xlarge").Rank;

    /// <summary>Cycles by hand from the documented rules: ⌈k/128⌉ · ⌈stationary/128⌉ · Σ max(moving ≤ 512, 64), the better side stationary.</summary>
    [Theory]
    [InlineData(512, 128, 128, 512)]               // one tile: 512 vectors past 128 × 128
    [InlineData(128, 128, 128, 128)]
    [InlineData(1, 128, 128, 64)]                  // one vector is charged 64
    [InlineData(1, 128, 512, 256)]                 // the row moves past 4 tiles of columns at 64 each; 4 tiles of the other side would be 512
    [InlineData(512, 1, 128, 512)]                 // one row of the array is used: k = 1 costs as much as 128
    [InlineData(4096, 4096, 4096, 32 * 32 * 4096)]
    [InlineData(2048, 7168, 2048, 56 * 16 * 2048)]
    [InlineData(130, 128, 1000, 8 * 130)]          // 130 rows move past 8 tiles of columns; 1000 columns past 2 tiles of rows would be 2000
    [InlineData(520, 256, 256, 2 * 2 * 576)]       // rows move in runs of 512 and 8, which counts 64; or 5 tiles of rows, 256 columns moving: 2560
    public void Cycles_OneCore_FollowTheDocumentedRules(long rows, long inner, long columns, double expected) =>
        Assert.Equal(expected, SystolicArray.Cycles(Core, new(1, rows, inner, columns, OperandFormat.BFloat16)), 1e-6);

    [Fact]
    public void Cycles_Float32_TakeFourPasses() => Assert.Equal(4 * 512, SystolicArray.Cycles(Core, new(1, 512, 128, 128, OperandFormat.Float32)), 1e-6);

    [Theory]
    [InlineData("trn1.32xlarge", 2, 8)]            // cFP8 is no faster
    [InlineData("trn2.48xlarge:lnc1", 2, 4)]       // sums of 256 a pass
    [InlineData("trn3.ultraserver64:lnc1", 2, 2)]  // MX: sums of 512 a pass
    public void Cycles_Float8_SumMoreElementsAPass(string name, int stationary, int passes)
    {
        var rates = MachineCatalog.Get(name).Rank;
        Assert.Equal(stationary * passes * 512, SystolicArray.Cycles(rates, new(1, 512, 1024, 256, OperandFormat.Float8)), 1e-6);
    }

    [Fact]
    public void Cycles_Float8ShortSums_AreNotFaster() =>
        Assert.Equal(SystolicArray.Cycles(Core, new(1, 512, 128, 128, OperandFormat.BFloat16)), SystolicArray.Cycles(Core, new(1, 512, 128, 128, OperandFormat.Float8)), 1e-6);

    [Theory]
    [InlineData(1, 512, 128, 256, 512)]            // two tiles of columns, one a core
    [InlineData(1, 512, 128, 128, 256)]            // one tile: the moving vectors are divided
    [InlineData(1, 64, 128, 128, 64)]              // nothing left to divide: 32 vectors would be charged 64 as well
    [InlineData(2, 64, 128, 128, 64)]              // a product a core
    [InlineData(3, 512, 128, 128, 3 * 256)]
    public void Cycles_TwoCores_ShareTiles(long count, long rows, long inner, long columns, double expected) =>
        Assert.Equal(expected, SystolicArray.Cycles(Pair, new(count, rows, inner, columns, OperandFormat.BFloat16)), 1e-6);

    [Fact]
    public void Seconds_LargeProduct_RunsAtTheCoresPeak()
    {
        var product = new MatrixWork(1, 8192, 8192, 8192, OperandFormat.BFloat16);
        Assert.Equal(78.6432e12, product.Flops / MatMulTime.Seconds(Core, product), 1e6);
        // AWS rounds to 79.
        Assert.Equal(79e12, product.Flops / MatMulTime.Seconds(Core, product), 0.5e12);
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(3, 3.75)]
    [InlineData(100, 100.75)]
    public void ClockRamp_LosesAtMostAQuarter(double microseconds, double most)
    {
        double time = ClockRamp.Seconds(microseconds * 1e-6, 3e-6) * 1e6;
        Assert.InRange(time, microseconds, Math.Max(most, 2 * microseconds));
        if (microseconds >= 2.25)
            Assert.Equal(microseconds + 0.75, time, 1e-9);
    }

    [Fact]
    public void ClockRamp_Inside_DoesTheWorkOfTheAreaBelowTheLine()
    {
        for (double tau = 0.01; tau <= 3; tau += 0.01)
            Assert.Equal(tau, ClockRamp.Seconds(tau / 2 + tau * tau / 12, 3), 1e-9);
    }
}
