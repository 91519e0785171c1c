namespace Shardwright.Hardware.Tests;

public class OpTimeTests
{
    private static readonly RankRates Rank = MachineCatalog.Get("trn2.48xlarge").Rank;

    private static readonly RankRates Core = MachineCatalog.Get("trn2.48xlarge:lnc1").Rank;

    [Fact]
    public void Of_None_TakesNoTime() => Assert.Equal(default, OpTime.Of(Rank, OpWork.None));

    [Fact]
    public void Of_OneTile_Takes512CyclesAndItsRamp()
    {
        var tile = new MatrixWork(1, 512, 128, 128, OperandFormat.BFloat16);
        Assert.Equal(213.3e-9, MatMulTime.Seconds(Core, tile), 0.1e-9);
        var times = OpTime.Of(Core, new OpWork { Products = [tile] });
        Assert.Equal(2L * 512 * 128 * 128, times.Flops);
        Assert.Equal(0, times.HbmBytes);
        Assert.Equal(1_300_000, times.Overhead);
        // From half clock: τ/2 + τ²/12 = 0.2133 µs.
        Assert.Equal(400_500, times.Tensor, 500.0);
    }

    [Fact]
    public void Of_Streams_TakesTheSlowerOfHbmAndDma()
    {
        var trn1 = MachineCatalog.Get("trn1.32xlarge").Rank;
        var work = new OpWork { ReadBytes = new(1_000_000_000), WriteBytes = new(360_000_000) };
        Assert.Equal(5_000_000_000, OpTime.Of(trn1, work).Dma);            // 1.36 GB at 272 GB/s of DMA
        Assert.Equal(2_344_827_586, OpTime.Of(Rank, work).Dma);            // 1.36 GB at 0.8 · 725 GB/s of HBM
        Assert.Equal(1_360_000_000, OpTime.Of(Rank, work).HbmBytes);
    }

    [Fact]
    public void Of_RoutedRows_ChargesEachExpertItsOwnTiles()
    {
        var work = new OpWork { Products = [new(2, 0, 1024, 2048, OperandFormat.BFloat16, RoutedDimension.Rows)], ReadBytes = new(0, 2048, 1024 * 2048 * 2) };
        int[] starts = [0, 100, 100, 740, 741];
        var times = OpTime.Of(Rank, work, starts, 4);
        double expected = new[] { 100, 640, 1 }.Sum(rows => MatMulTime.Seconds(Rank, new MatrixWork(2, rows, 1024, 2048, OperandFormat.BFloat16)));
        Assert.Equal(ClockRamp.Seconds(expected, Rank.ClockRampSeconds) * 1e12, times.Tensor, 1.0);
        Assert.Equal(2L * 2 * 741 * 1024 * 2048, times.Flops);
        Assert.Equal(741 * 2048 + 4 * 1024 * 2048 * 2, times.HbmBytes);
    }

    [Fact]
    public void Of_NoRows_CostsNothingOnTheTensorEngine()
    {
        var work = new OpWork { Products = [new(1, 0, 1024, 2048, OperandFormat.BFloat16, RoutedDimension.Rows), new(1, 1024, 0, 2048, OperandFormat.BFloat16, RoutedDimension.Inner)] };
        var times = OpTime.Of(Rank, work, [0, 0, 0], 2);
        Assert.Equal(0, times.Tensor);
        Assert.Equal(0, times.Flops);
        Assert.Equal(Rank.OpOverhead, times.Overhead);
    }

    [Fact]
    public void Of_StartsMissingOrBroken_Throws()
    {
        var work = new OpWork { Products = [new(1, 0, 64, 64, OperandFormat.BFloat16, RoutedDimension.Rows)] };
        Assert.Throws<ArgumentException>(() => OpTime.Of(Rank, work));
        Assert.Throws<ArgumentException>(() => OpTime.Of(Rank, work, [0, 5], 2));
        Assert.Throws<ArgumentException>(() => OpTime.Of(Rank, work, [0, 5, 4], 2));
    }

    [Fact]
    public void Of_Routed_AllocatesNothing()
    {
        var work = new OpWork { Products = [new(2, 0, 1024, 2048, OperandFormat.BFloat16, RoutedDimension.Rows)], ReadBytes = new(1, 2, 3), VectorElements = new(0, 7), PayloadBytes = 512 };
        int[] starts = [0, 100, 100, 740, 741];
        OpTime.Of(Rank, work, starts, 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            OpTime.Of(Rank, work, starts, 4);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Of_OperandsThatDoNotFit_AreReadAgain()
    {
        long size = 32768;
        var product = new MatrixWork(1, size, size, size, OperandFormat.BFloat16);
        var times = OpTime.Of(Rank, new OpWork { Products = [product] });
        // Square blocks of √(28 MiB / 4) = 2709 sums: both operands 13 times, 12 of them beyond the op's own count.
        Assert.Equal(2 * 12 * 2 * size * size, times.HbmBytes);
        Assert.Equal(Engine.Tensor, times.Bound);
    }

    [Fact]
    public void Of_SizesBeyondALong_Overflows()
    {
        Assert.Throws<OverflowException>(() => OpTime.Of(Rank, new OpWork { Products = [new(1, 1L << 30, 1L << 30, 1L << 30, OperandFormat.BFloat16)] }));
        Assert.Throws<OverflowException>(() => OpTime.Of(Rank, new OpWork { ReadBytes = new(long.MaxValue), WriteBytes = new(1) }));
        Assert.Throws<OverflowException>(() => OpTime.Of(Rank, new OpWork { Products = [new(1, long.MaxValue, 1, 1, OperandFormat.BFloat16)] }));
    }

    /// <summary>A product whose weights are streamed once turns from memory to compute at about as many rows as the ridge has FLOPs a byte.</summary>
    [Theory]
    [InlineData("trn2.48xlarge", OperandFormat.BFloat16, 2)]
    [InlineData("trn3.ultraserver64", OperandFormat.Float8, 1)]
    public void Of_ExpertProduct_TurnsAtTheRidge(string name, OperandFormat format, int bytes)
    {
        var rates = MachineCatalog.Get(name).Rank with { HbmEfficiency = 1, DmaBandwidth = 1e15, ClockRampSeconds = 0 };
        long turn = 1;
        while (Work(turn).Bound == Engine.Dma)
            turn++;
        Assert.InRange(turn, 0.8 * bytes / 2 * rates.Ridge(format), 1.1 * bytes / 2 * rates.Ridge(format));

        EngineTimes Work(long rows) => OpTime.Of(rates, new OpWork { Products = [new(1, rows, 7168, 2048, format)], ReadBytes = new(7168L * 2048 * bytes) });
    }
}
