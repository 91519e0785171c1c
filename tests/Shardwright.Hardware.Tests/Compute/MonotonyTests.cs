namespace Shardwright.Hardware.Tests;

/// <summary>More work never takes less time, on any machine.</summary>
public class MonotonyTests
{
    public static TheoryData<string> Machines => [.. MachineCatalog.Names, "trn2.48xlarge:lnc1"];

    [Theory, MemberData(nameof(Machines))]
    public void Of_AnyDimensionGrows_NoTimeFalls(string name)
    {
        var rates = MachineCatalog.Get(name).Rank;
        var random = new Random(4);
        for (int round = 0; round < 20_000; round++)
        {
            var small = new MatrixWork(random.Next(1, 9), Size(random), Size(random), Size(random), (OperandFormat)random.Next(3));
            long more = random.Next(1, 300);
            var large = random.Next(4) switch
            {
                0 => small with { Count = small.Count + random.Next(1, 4) },
                1 => small with { Rows = small.Rows + more },
                2 => small with { Inner = small.Inner + more },
                _ => small with { Columns = small.Columns + more },
            };
            Check(OpTime.Of(rates, new OpWork { Products = [small] }), OpTime.Of(rates, new OpWork { Products = [large] }));
        }
    }

    [Theory, MemberData(nameof(Machines))]
    public void Of_RoutedRowsGrow_NoTimeFalls(string name)
    {
        var rates = MachineCatalog.Get(name).Rank;
        var random = new Random(5);
        for (int round = 0; round < 2_000; round++)
        {
            var routed = random.Next(2) == 0 ? RoutedDimension.Rows : RoutedDimension.Inner;
            long width = Size(random), hidden = Size(random);
            var work = new OpWork
            {
                Products = [new(1, width, hidden, hidden, OperandFormat.BFloat16, routed), new(2, 64, width, hidden, OperandFormat.Float8)],
                VectorElements = new(Size(random), Size(random)),
                ScalarElements = new(0, Size(random)),
                GpSimdElements = new(0, 1),
                ReadBytes = new(Size(random), Size(random), 2 * width),
                WriteBytes = new(0, Size(random)),
                PayloadBytes = random.Next(0, 8192),
            };
            int[] rows = [.. Enumerable.Range(0, 5).Select(_ => random.Next(0, 600))];
            var before = OpTime.Of(rates, work, Starts(rows), 5);
            rows[random.Next(5)] += random.Next(1, 300);
            Check(before, OpTime.Of(rates, work, Starts(rows), 5));
        }
    }

    [Fact]
    public void Of_RowsOfAGatherGrowWider_NoTimeFalls()
    {
        var rates = MachineCatalog.Get("trn2.48xlarge").Rank;
        long last = 0;
        for (int width = 1; width < 10_000; width += 7)
        {
            long time = OpTime.Of(rates, new OpWork { ReadBytes = new(2L * width * 4096), PayloadBytes = 2 * width }).Dma;
            Assert.True(time >= last);
            last = time;
        }
    }

    private static int[] Starts(int[] rows)
    {
        int[] starts = new int[rows.Length + 1];
        for (int e = 0; e < rows.Length; e++)
            starts[e + 1] = starts[e] + rows[e];
        return starts;
    }

    private static long Size(Random random) => random.Next(1, 1 << random.Next(1, 16));

    private static void Check(EngineTimes less, EngineTimes more)
    {
        bool fell = more.Tensor < less.Tensor || more.Vector < less.Vector || more.Scalar < less.Scalar || more.GpSimd < less.GpSimd || more.Dma < less.Dma
            || more.Overhead < less.Overhead || more.HbmBytes < less.HbmBytes || more.Flops < less.Flops;
        if (fell)
            Assert.Fail($"{less} → {more}");
    }
}
