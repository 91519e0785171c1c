namespace Shardwright.Hardware.Tests;

/// <summary>Steps on other numbers of chips, on a machine and a plan with round numbers.</summary>
public sealed class ScaleStudyTests
{
    private static readonly Machine Machine = TestMachines.Plain();

    public static TheoryData<int, int, double> Meshes => new() { { 1, 1, 1 }, { 2, 2, 1.5 }, { 4, 2, 1.25 }, { 8, 8, 3 }, { 16, 4, 2 }, { 24, 8, 1 } };

    [Theory]
    [MemberData(nameof(Meshes))]
    public void At_Representatives_TakeTheTimeOfAWalkOfAllRanks(int chips, int expert, double factor)
    {
        foreach (var sharding in new[] { ScaleSharding.None, ScaleSharding.Zero3 })
        {
            var point = ScaleStudy.At(SmallPlan.Plan, Machine, chips, expert, new() { Sharding = sharding, LoadFactor = factor });

            var program = point.IsSharded ? ShardedProgram.Of(SmallPlan.Plan, point.Mesh!) : SmallPlan.Plan.Program;
            var clocks = ProgramWalk.Run(new(program, Machine, point.Mesh!), chips, new EveryRank(new(program, factor, expert), expert));
            Assert.Equal(clocks.Max(c => c.Now), point.Step!.Picoseconds);
            Assert.Equal(clocks.Sum(c => c.Waiting) / chips, point.Step.Waiting);
            Assert.Equal(clocks.Sum(c => c.Flops), point.Step.Flops);
        }
    }

    [Fact]
    public void At_MoreChips_TrainNoMoreTokensAChip()
    {
        // With the same expert groups, a collective over more ranks of the same switches takes no less time.
        var points = new[] { 8, 16, 64, 256, 4096 }.Select(chips => ScaleStudy.At(SmallPlan.Plan, Machine, chips, 8)).ToList();

        Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.First.Step!.Cost.TokensPerSecond / pair.First.Chips >= pair.Second.Step!.Cost.TokensPerSecond / pair.Second.Chips));
        Assert.All(points, point => Assert.Equal(256L * point.Chips, point.Step!.Cost.Tokens));
    }

    [Fact]
    public void At_LoadFactor_NeverMakesAStepShorter()
    {
        var times = new[] { 1, 1.1, 1.5, 2, 4, 8 }.Select(factor => ScaleStudy.At(SmallPlan.Plan, Machine, 16, 8, new() { LoadFactor = factor })).ToList();

        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First.Step!.Picoseconds <= pair.Second.Step!.Picoseconds));
        Assert.Equal(0, times[0].Step!.Waiting);
        Assert.All(times.Skip(1), point => Assert.True(point.Step!.Waiting > 0));
        Assert.Equal([1, 1.1, 1.5, 2, 4, 8], times.Select(point => Math.Round(point.LoadFactor.Most, 2)));
    }

    [Fact]
    public void At_OneChip_IsTheStepByHand()
    {
        var step = ScaleStudy.At(SmallPlan.Plan, Machine, 1).Step!;

        // 9 products of 256 · 1024 · 1024, and 12 of experts with 512 rows of 512 · 1024.
        double flops = 9 * 2.0 * 256 * 1024 * 1024 + 12 * 2.0 * 512 * 512 * 1024;
        Assert.Equal(flops, step.Flops);
        Assert.Equal(flops / 100e12 / (step.Picoseconds * 1e-12), step.Mfu, 1e-12);
        Assert.Equal(0, step.Exposed);
        Assert.Equal(50_677, step.HoursBetweenFailures);
        Assert.Null(step.Cost.Dollars);
    }

    [Theory]
    [InlineData(0, null, "at least 1")]
    [InlineData(3, 2, "expert = 2 does not divide the 3 ranks of 3 chips")]
    [InlineData(6, 3, "expert = 3 does not divide the 8 experts of 'Blocks[*].Experts'; need a divisor of 8")]
    public void At_WhatDoesNotDivide_IsAPointThatSaysSo(int chips, int? expert, string message)
    {
        var point = ScaleStudy.At(SmallPlan.Plan, Machine, chips, expert);

        Assert.Contains(message, point.Problem);
        Assert.Null(point.Step);
        Assert.Contains(message, ScaleTable.Of(SmallPlan.Plan, Machine, [point]));
    }

    [Fact]
    public void At_PlanOfOneRank_SaysThatItHasNoCollectives()
    {
        var point = ScaleStudy.At(SmallPlan.Plan with { Placement = new(1, 1) }, Machine, 8);

        Assert.Contains("compiled for one rank", point.Problem);
        Assert.NotNull(ScaleStudy.At(SmallPlan.Plan with { Placement = new(1, 1) }, Machine, 1).Step);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 2)]
    [InlineData(12, 4)]
    [InlineData(64, 8)]
    public void At_NoDegree_TakesTheLargestThatDivides(int chips, int expert) => Assert.Equal(expert, ScaleStudy.At(SmallPlan.Plan, Machine, chips).Mesh!.Expert);

    [Fact]
    public void Of_MachineWithoutCalibration_SaysSoInTheTable()
    {
        string text = ScaleTable.Of(SmallPlan.Plan, Machine, ScaleStudy.Run(SmallPlan.Plan, Machine, ScaleRequest.Parse("1;2000", null, "zero3")));

        Assert.Contains("plain (uncalibrated)", text);
        Assert.Contains("Weak scaling", text);
        Assert.Contains("ZeRO-3 is an assumption", text);
        Assert.Contains("A failure every 25.34 hours on 2000 chips", text);
        Assert.DoesNotContain("uncalibrated", ScaleTable.Of(SmallPlan.Plan, Machine with { Calibration = "measured" }, []));
    }

    /// <summary>The rows of every rank of the mesh, of which a class stands for several.</summary>
    private sealed class EveryRank(TraceRouting routing, int expert) : IRouting
    {
        private int Class(int rank) => routing.ClassOf[rank % expert];

        public void Rows(int site, int layer, int microBatch, int rank, int[] starts) => routing.Rows(site, layer, microBatch, Class(rank), starts);

        public ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk) => routing.Load(site, layer, microBatch, Class(rank), chunk);
    }
}
