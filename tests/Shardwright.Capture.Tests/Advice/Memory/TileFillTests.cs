namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class TileFillTests
{
    const string Rule = "SHW3009";

    [Fact]
    public Task ThreeHalvesOfATile_AreReportedOnce_AtTheParameterThatTakesMost() => AdviceVerify.Reports(Rule, MemoryModels.Mark(MemoryModels.Dense(width: 192), Rule, "public Parameter Up { get; } = new(width, 4 * width);"));

    [Fact]
    public Task NextSize_IsWrittenWhereTheConstantIsDeclared() => AdviceVerify.FixGives(Rule, MemoryModels.Mark(MemoryModels.Dense(width: 192), Rule, "public Parameter Up { get; } = new(width, 4 * width);"), MemoryModels.Dense(width: 256));

    // 224 of 256: 0.875.
    [Fact]
    public Task SevenEighthsOfTwoTiles_FillEnough() => AdviceVerify.Reports(Rule, MemoryModels.Dense(width: 224));

    [Fact]
    public Task WholeTiles_AreFull() => AdviceVerify.Reports(Rule, MemoryModels.Dense(width: 256), "SHW3009.least_fill_percent = 100");

    // Thread blocks of a GPU have 64 rows: 192 is three of them.
    [Fact]
    public Task SameSize_FillsATargetWithSmallerTiles() => AdviceVerify.Reports(Rule, MemoryModels.Dense(width: 192), "build_property.ShardwrightTarget = dgx-h100");

    // Products of 192 columns in bfloat16 wait for memory, whatever their tiles hold.
    [Fact]
    public Task ProductsBoundByMemory_GainNothing() => AdviceVerify.Reports(Rule, MemoryModels.Dense("[Model, Precision(NumberFormat.BFloat16)]", width: 192));

    [Fact]
    public void Message_ComparesTheNearestSizes_WithModelsWrittenThatWay()
    {
        var (plan, findings) = AdviceVerify.Compile(MemoryModels.Dense(width: 192));
        var finding = Assert.Single(findings, f => f.Rule.Id == Rule);
        Assert.Contains("fill 75 % of the tensor engine's 128 × 128 tiles", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"256 makes the step {Change(256)} % longer for 77.8 % more work; 128 makes the step {Change(128)} % shorter for 55.6 % less work", finding.Message, StringComparison.Ordinal);
        Assert.Equal("256", Assert.Single(Assert.Single(finding.Fixes).Edits).Value);

        string Change(int width) => (Math.Abs((double)AdviceVerify.Compile(MemoryModels.Dense(width: width)).Plan.Estimate!.Summary.Picoseconds / plan.Estimate!.Summary.Picoseconds - 1) * 100).ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
    }
}
