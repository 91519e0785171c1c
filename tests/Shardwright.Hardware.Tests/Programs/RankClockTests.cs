using static Shardwright.Hardware.Tests.Steps;

namespace Shardwright.Hardware.Tests;

public class RankClockTests
{
    private static RankClock Walk(TimedProgram program, Machine? machine = null, int ranks = 4) => ProgramWalk.Balanced(new(program, machine ?? TestMachines.Plain(), new(ranks, 1)));

    [Fact]
    public void Statements_OnOneEngine_RunOneAfterTheOther()
    {
        var clock = Walk(Program(Move(0, 5, [0], [1]), Move(1, 7, [1], [2])));

        Assert.Equal((10 + 5 + 10 + 7) * Microsecond, clock.Now);
        Assert.Equal(12 * Microsecond, clock.Busy(Engine.Dma));
        Assert.Equal(clock.Now, clock.Computing);
        Assert.Equal(0, clock.Exposed);
        Assert.Equal(12_000_000, clock.Work.HbmBytes);
    }

    [Fact]
    public void Statements_OnTwoEnginesWithoutAResultInCommon_RunAtOnce()
    {
        TimedOp vector = new("vector") { Index = 1, Work = new() { VectorElements = new(5_000_000_000) }, Reads = [2], Writes = [3] };

        var together = Walk(Program(Move(0, 5, [0], [1]), vector));
        var dependent = Walk(Program(Move(0, 5, [0], [1]), vector with { Reads = [1] }));

        Assert.Equal(15 * Microsecond, together.Now);
        Assert.Equal(30 * Microsecond, dependent.Now);
    }

    [Fact]
    public void Collective_WhoseResultNobodyNeedsYet_IsHidden()
    {
        long alone = Walk(Program(Reduce(0, 1_000_000, 1))).Now;

        var hidden = Walk(Program(Reduce(0, 1_000_000, 1), Move(1, 500, [2], [3])));
        var awaited = Walk(Program(Reduce(0, 1_000_000, 1), Move(1, 500, [1], [3])));

        Assert.True(alone is > 0 and < 510 * Microsecond, $"{alone} ps");
        Assert.Equal(510 * Microsecond, hidden.Now);
        Assert.Equal(0, hidden.Exposed);
        Assert.Equal(alone + 510 * Microsecond, awaited.Now);
        Assert.Equal(alone, awaited.Exposed);
        Assert.Equal(alone, awaited.Collective(CollectiveKind.AllReduce));
    }

    [Fact]
    public void Statement_BesideACollective_IsSlowerByTheOverlapFactor()
    {
        var machine = TestMachines.Plain() with { OverlapSlowdown = 1.25 };
        long collective = Walk(Program(Reduce(0, 1_000_000, 1)), machine).Now;

        var clock = Walk(Program(Reduce(0, 1_000_000, 1), Move(1, 500, [2], [3])), machine);

        Assert.Equal(510 * Microsecond + collective / 4, clock.Now);
    }

    [Fact]
    public void Collective_StartsWhenTheLastRankArrives_AndTheOthersWait()
    {
        var costs = new ProgramCosts(Program(Move(0, 5, [0], [1]), Reduce(1, 8, 1)), TestMachines.Plain(), new(2, 1));
        RankClock early = new(costs), late = new(costs);
        early.Charge(0, null);
        late.Charge(0, null);
        late.Charge(0, null);
        long start = Math.Max(early.Arrival(1), late.Arrival(1));
        early.Join(1, start, default);
        late.Join(1, start, default);

        Assert.Equal(early.Now, late.Now);
        Assert.Equal(15 * Microsecond, early.Waiting);
        Assert.Equal(0, late.Waiting);
    }

    [Fact]
    public void Reset_BringsEverythingToZero()
    {
        var costs = new ProgramCosts(Program(Move(0, 5, [0], [1])), TestMachines.Plain(), new(1, 1));
        var clock = new RankClock(costs);
        clock.Charge(0, null);
        clock.Reset();

        Assert.Equal((0L, 0L, 0L, 0L, default(ChipWork)), (clock.Now, clock.Computing, clock.Exposed, clock.Busy(Engine.Dma), clock.Work));
    }
}
