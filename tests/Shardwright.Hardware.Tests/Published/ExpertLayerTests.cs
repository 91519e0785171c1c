namespace Shardwright.Hardware.Tests;

/// <summary>
/// MoE layers of Megatron-Core on eight H100 (Megatron-LM's own performance baseline). One constant is fitted, a fixed time of a pass; efficiencies, bandwidths and overheads are the machine's, published for H100 or
/// taken over from A100. The layer's ops were chosen with the table at hand.
/// </summary>
public class ExpertLayerTests(ITestOutputHelper output)
{
    private static readonly Machine H100 = MachineCatalog.Find("dgx-h100")!;

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Pass_BackwardWithTheFixedTimeOfForward_IsWithinFivePercent()
    {
        var (errors, seconds) = FitAndTest("backward, fixed time fitted on forward", BFloat16().Where(run => !run.Backward), BFloat16().Where(run => run.Backward));

        Assert.True(errors.Mean <= 5, $"{errors.Mean}");
        Assert.InRange(seconds, 1e-4, 1e-3);
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Pass_ForwardWithTheFixedTimeOfBackward_IsWithinFivePercent()
        => Assert.True(FitAndTest("forward, fixed time fitted on backward", BFloat16().Where(run => run.Backward), BFloat16().Where(run => !run.Backward)).Errors.Mean <= 5);

    /// <summary>The table has one bfloat16 row of the Mixtral proxy, with a dispatcher that the DeepSeek proxy's rows have not.</summary>
    [Theory(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    [InlineData("mixtral", "deepseek", 5)]
    [InlineData("deepseek", "mixtral", 12)]
    public void Pass_OtherProxyThanFitted_IsPredicted(string fitted, string tested, double bound)
    {
        var (errors, _) = FitAndTest($"{tested}, fixed time fitted on {fitted}", BFloat16().Where(run => run.Proxy == fitted), BFloat16().Where(run => run.Proxy == tested));

        Assert.True(errors.Mean <= bound, $"{errors.Mean}");
    }

    /// <summary>8-bit rows: casts are one assumed stream, padding of experts' rows is left out; predictions are too fast throughout.</summary>
    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Pass_EightBitWithTheFixedTimeOfBFloat16_IsWithinTenPercent()
    {
        var (errors, _) = FitAndTest("8-bit, fixed time fitted on bfloat16", BFloat16(), ExpertLayerRun.All().Where(run => run.Format == OperandFormat.Float8));

        Assert.True(errors.Mean <= 10, $"{errors.Mean}");
    }

    [Theory]
    [InlineData("mixtral", "a2a", 8, 2, 2)]
    [InlineData("mixtral", "deepep", 8, 2, 2)]
    [InlineData("deepseek", "a2a", 32, 8, 8)]
    [InlineData("deepseek", "deepep", 32, 8, 4 * (1 - 495 / 12_870.0))]
    public void Copies_OfEachDispatcher_AreExpertsOrRanks(string proxy, string dispatcher, int experts, int topK, double copies)
        => Assert.Equal(copies, new ExpertLayerRun(proxy, dispatcher, OperandFormat.BFloat16, 8, 64, 64, experts, topK, 128, false, 1).Copies, 9);

    [Fact]
    public void Pass_SelfMade_IsTheSumOfItsParts()
    {
        // 1 TB/s and 100 TFLOP/s, both reached, 10 µs an op. 4,096 tokens of width 4,096 are 2²⁵ B, two copies 2²⁶ B. Reads and writes: 1 (router), 2 · (1 + 2) (order of ranks), 2 · (2 + 2) (order of
        // experts) times 2²⁵ B; activations 2²⁷ elements · 16 B. Two products of 2 · 8,192 · 4,096 · 16,384 FLOPs. Eight ops.
        var run = new ExpertLayerRun("mixtral", "a2a", OperandFormat.BFloat16, 8, 4096, 16_384, 8, 2, 4096, Backward: false, Seconds: 1);
        var machine = TestMachines.Plain() with { Rank = TestMachines.Plain().Rank with { TileSide = 64, SbufBytes = 1L << 40 } };
        double exchange = 2 * CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, 8, 1), 1 << 26).Picoseconds * 1e-12;

        double moved = ((1 + 6 + 8) * (1L << 25) + 16.0 * (1L << 27)) / 1e12, products = 2 * 2.0 * 8192 * 4096 * 16_384 / 1e14;
        Assert.Equal(moved + products + 8 * 10e-6 + exchange + 0.001, run.Predict(machine, 0.001), 9);
    }

    private static IEnumerable<ExpertLayerRun> BFloat16() => ExpertLayerRun.All().Where(run => run.Format == OperandFormat.BFloat16);

    private (Errors Errors, double FixedSeconds) FitAndTest(string title, IEnumerable<ExpertLayerRun> fitted, IEnumerable<ExpertLayerRun> tested)
    {
        double seconds = SimplexSearch.Minimize(c => fitted.Average(run => Math.Abs(run.Predict(H100, c[0]) / run.Seconds - 1)), [5e-4], [1], steps: 60)[0];
        var errors = new Errors($"Megatron-Core MoE layer, {title} ({1000 * seconds:F2} ms on {fitted.Count()} passes)");
        foreach (var run in tested)
            errors.Add(run.Name, 1000 * run.Predict(H100, seconds), 1000 * run.Seconds);
        errors.Print(output);
        return (errors, seconds);
    }
}
