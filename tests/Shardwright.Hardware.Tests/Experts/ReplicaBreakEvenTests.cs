namespace Shardwright.Hardware.Tests;

public sealed class ReplicaBreakEvenTests
{
    [Theory]
    [InlineData("dgx-h100", 8, 1, 2198)]               // 989 TFLOP/s ÷ 450 GB/s of NVLink
    [InlineData("trn3.ultraserver64", 16, 4, 2097)]    // 671 TFLOP/s ÷ 320 GB/s between the chips of a server
    [InlineData("trn3.ultraserver144", 4, 4, 2621)]    // ÷ 256 GB/s in a sled
    [InlineData("trn2.48xlarge", 16, 4, 1303)]         // 667 TFLOP/s ÷ four links of 128 GB/s one way
    [InlineData("trn2.48xlarge", 2, 64, 26680)]        // ÷ 25 GB/s of EFA a chip
    public void Tokens_OfBFloat16Weights_ArePeakOverBandwidth(string machine, int ranks, int stride, int tokens)
    {
        Machine target = MachineCatalog.Get(machine);
        Assert.Equal(tokens, ReplicaBreakEven.Tokens(target, OperandFormat.BFloat16, 2, GroupShape.Of(target, ranks, stride)), 0.6);
    }

    [Fact]
    public void Tokens_OfWeightsOfFourBytes_AreTwiceAsMany()
    {
        var machine = MachineCatalog.Get("dgx-h100");
        var peers = GroupShape.Of(machine, 8, 1);
        Assert.Equal(2 * ReplicaBreakEven.Tokens(machine, OperandFormat.BFloat16, 2, peers), ReplicaBreakEven.Tokens(machine, OperandFormat.BFloat16, 4, peers), 1e-9);
    }

    [Fact]
    public void Bandwidth_IsThatOfTheSlowestLevel() // 64 ranks an instance, two instances: EFA decides
    {
        var machine = MachineCatalog.Get("trn2.48xlarge");
        Assert.Equal(16 * 25e9 / 64, ReplicaBreakEven.BytesPerSecond(machine, GroupShape.Of(machine, 128, 1)), 1);
    }

    [Fact]
    public void Group_OfOneRank_HasNoLinks()
    {
        var machine = MachineCatalog.Get("dgx-h100");
        Assert.Contains("1 rank", Assert.Throws<ArgumentException>(() => ReplicaBreakEven.BytesPerSecond(machine, GroupShape.Of(machine, 1, 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_SayWhichEightBitFormatsTheyTake()
    {
        Assert.Equal([true, false, true], MachineCatalog.Get("trn2.48xlarge").HasFloat8);
        Assert.Equal([false, true, true], MachineCatalog.Get("h200-server").HasFloat8);
        var own = MachineFile.Read("""{ "name": "own", "extends": "trn2.48xlarge", "chip": { "float8": { "e4m3fn": { "value": 1, "unit": "1", "origin": "assumed", "source": "a test" } } } }""", "own.json");
        Assert.Equal([true, true, true], own.HasFloat8);
    }
}
