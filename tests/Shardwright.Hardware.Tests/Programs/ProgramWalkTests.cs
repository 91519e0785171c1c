using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests;

public class ProgramWalkTests
{
    private static readonly Machine trn2 = MachineCatalog.Get(MachineCatalog.Default);

    [Theory]
    [InlineData(4, 4)]
    [InlineData(8, 2)]
    [InlineData(16, 4)]
    public void OneRank_AtEvenLoad_StandsForAll(int data, int expert)
    {
        var costs = new ProgramCosts(Routed(), trn2, new(data, expert));

        var all = ProgramWalk.Run(costs, data, new BalancedRouting(costs.Program, expert));

        Assert.All(all, clock => Assert.Equal(ProgramWalk.Balanced(costs).Now, clock.Now));
        Assert.All(all, clock => Assert.Equal(0, clock.Waiting));
    }

    [Theory]
    [InlineData(RowExchange.Variable)]
    [InlineData(RowExchange.Padded)]
    [InlineData(RowExchange.Gathered)]
    public void Step_WithOneBusyRank_TakesLongerThanAtEvenLoad(RowExchange exchange)
    {
        var program = Routed(exchange: exchange);
        var costs = new ProgramCosts(program, trn2, new(4, 4));

        var clocks = ProgramWalk.Run(costs, 4, new OneBusyRank());

        Assert.True(clocks.Max(c => c.Now) > ProgramWalk.Balanced(costs).Now);
        Assert.Equal(0, clocks[0].Waiting);
        Assert.All(clocks.Skip(1), clock => Assert.True(clock.Waiting > 0));
    }

    [Fact]
    public void Step_OfLayersAndMicroBatches_RunsEachStatementThatOften()
    {
        var one = ProgramWalk.Balanced(new(Routed(1), trn2, new(4, 4)));
        var three = ProgramWalk.Balanced(new(Routed(3), trn2, new(4, 4)));
        long layer = 2 * 2 * 256 * 2 * 256 * 512;       // micro-batches · FLOPs of an expert layer at 512 rows a rank

        Assert.Equal((layer, 3 * layer), (one.Work.BFloat16Flops, three.Work.BFloat16Flops));
        Assert.True(three.Now > one.Now);
    }

    [Fact]
    public void Step_OnAMachineWithMoreHbm_TakesTheSameTime()
    {
        long time = ProgramWalk.Balanced(new(Routed(), trn2, new(4, 4))).Now;

        Assert.Equal(time, ProgramWalk.Balanced(new(Routed(), trn2 with { Rank = trn2.Rank with { HbmBytes = 4 * trn2.Rank.HbmBytes } }, new(4, 4))).Now);
    }

    [Fact]
    public void Step_WithMoreBytesOrFlopsOrSlowerLinks_IsNeverFaster()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            long bytes = random.NextInt64(1, 1_000_000_000), flops = random.Next(1, 4096);
            var machine = MachineCatalog.Get(MachineCatalog.Names[random.Next(MachineCatalog.Names.Count)]);
            long Time(long b, long f, Machine m) => ProgramWalk.Balanced(new(Program(
                new TimedOp("op") { Index = 0, Work = new() { Products = [new(1, f, 512, 512, OperandFormat.BFloat16)], ReadBytes = new(b) }, Reads = [0], Writes = [1] }, Reduce(1, 8 << 20, 1)), m, new(8, 1))).Now;
            long time = Time(bytes, flops, machine);

            Assert.True(Time(bytes + random.NextInt64(bytes), flops, machine) >= time);
            Assert.True(Time(bytes, flops + random.Next(1024), machine) >= time);
            Assert.True(Time(bytes, flops, machine with { Levels = [.. machine.Levels.Select(l => l with { HopPicoseconds = 2 * l.HopPicoseconds })] }) >= time);
        }
    }

    [Fact]
    public void Run_OfSomeRanksOnly_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => ProgramWalk.Run(new(Routed(), trn2, new(4, 4)), 2, new BalancedRouting(Routed(), 4)));

    [Fact]
    public void Summary_OfAnyLoad_CostsAtLeastItsStaticEnergy()
    {
        var costs = new ProgramCosts(Routed(), trn2, new(4, 4));
        var even = new StepSummary(costs, [ProgramWalk.Balanced(costs)], 4096);
        var all = new StepSummary(costs, ProgramWalk.Run(costs, 4, new BalancedRouting(costs.Program, 4)), 4096);

        Assert.True(even.ChipJoules >= trn2.Power.ChipWatts * trn2.Power.StaticShare * even.Chips * even.Picoseconds * 1e-12);
        Assert.Equal((all.Picoseconds, all.Flops, all.HbmBytes, all.LinkBytes), (even.Picoseconds, even.Flops, even.HbmBytes, even.LinkBytes));
        Assert.InRange(even.Mfu, 0, 1);
        Assert.NotNull(even.Cost!.Dollars);
    }

    [Fact]
    public void Summary_OfARecomputedProduct_CountsItForTheHardwareAlone()
    {
        TimedOp Product(int index) => new("product") { Index = index, Work = new() { Products = [new(1, 512, 512, 512, OperandFormat.BFloat16)] }, Reads = [index], Writes = [index + 1] };
        var costs = new ProgramCosts(Program(Product(0), Product(1), Product(2) with { IsRecomputed = true }), trn2, new(4, 4));
        var summary = new StepSummary(costs, [ProgramWalk.Balanced(costs)], 4096);

        // 4 ranks, 2 · 512³ FLOPs a product.
        Assert.Equal((12.0 * (2L << 27), 4.0 * (2L << 27)), (summary.Flops, summary.RecomputedFlops));
        Assert.Equal(1.5 * summary.Mfu, summary.Hfu, 1e-12);
        Assert.Equal(summary.Flops / (summary.Chips * trn2.HeadlineFlops[(int)OperandFormat.BFloat16] * summary.Picoseconds * 1e-12), summary.Hfu, 1e-12);
        Assert.Equal((2L << 27) * 2, FlopsByFormat.Of(costs.Program, recomputed: false).Sum(f => f.Flops));
    }

    /// <summary>Rank 0 of a group receives half of everything, the others share the rest.</summary>
    private sealed class OneBusyRank : IRouting
    {
        public void Rows(int site, int layer, int microBatch, int rank, int[] starts)
        {
            int rows = rank % 4 == 0 ? 1024 : 1024 / 3;
            (starts[0], starts[1], starts[2]) = (0, rows / 2, rows);
        }

        public ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk) => new(512, 1024, 256);
    }
}
