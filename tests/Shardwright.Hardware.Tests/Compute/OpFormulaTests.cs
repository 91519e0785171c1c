namespace Shardwright.Hardware.Tests;

public sealed class OpFormulaTests
{
    [Fact]
    public void Of_AProductOnAGpu_HasSizesRatesAndTheSum()
    {
        var work = new OpWork { Products = [new(1, 512, 256, 512, OperandFormat.BFloat16)], ReadBytes = new(2 << 20), VectorElements = new(1_000_000) };

        Assert.Equal("tensor: (2·512·256·512 FLOP, 134 MFLOP in whole tiles, + 0 FLOP) ÷ (100 TFLOP/s · 1) = 1.34 µs; vector: 1,000,000 elements ÷ 1 P/s = 1 ns; memory: 2.00 MiB ÷ 1 TB/s = 2.1 µs ⇒ 10 µs fixed + 2.1 µs memory = 12.1 µs",
            Text(TestMachines.Plain(), work));
    }

    [Fact]
    public void Of_RoutedProducts_CountsTheRowsOfAllExperts()
    {
        var work = new OpWork { Products = [new(1, 0, 256, 512, OperandFormat.Float32, RoutedDimension.Rows)], ReadBytes = new(0, 1024, 4096) };

        string text = Text(MachineCatalog.Get("trn2.48xlarge"), work, [0, 100, 300], 2);

        Assert.Contains("2·300·256·512 FLOP of 2 experts in ", text, StringComparison.Ordinal);
        Assert.Contains("with the clock's ramp", text, StringComparison.Ordinal);
        Assert.Contains("DMA: 308.00 KiB ÷ 580 GB/s", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoWork_SaysSo() => Assert.Equal("no work: a view or a mark", Text(TestMachines.Plain(), OpWork.None));

    [Fact]
    public void Of_ACollective_HasLatencyAndBytes()
    {
        var costs = CollectiveTime.Of(TestMachines.Plain(), CollectiveKind.AllReduce, GroupShape.Of(TestMachines.Plain(), 4, 1), 400_000_000);

        Assert.Equal("ring of 381.47 MiB among 4 ranks: 6 µs latency + 6 ms for 572.20 MiB of a rank over links ⇒ 6.01 ms", OpFormula.Of(costs, 400_000_000, 4));
        Assert.Equal("one rank: nothing to exchange", OpFormula.Of(default, 4, 1));
    }

    private static string Text(Machine machine, OpWork work, int[]? starts = null, int experts = 0) => OpFormula.Of(machine, work, OpTime.Of(machine.Rank, work, starts, experts), starts, experts);
}
