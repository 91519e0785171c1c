namespace Shardwright.Hardware.Tests;

public class OpEstimateTests
{
    private static readonly ProgramCosts costs = new(Steps.Routed(), MachineCatalog.Get(MachineCatalog.Default), new(4, 4));

    [Fact]
    public void All_OfAProgram_IsEveryStatementByNumberWithItsRuns()
    {
        var all = OpEstimate.All(costs);

        Assert.Equal(Enumerable.Range(0, costs.Program.Ops.Count), all.Select(e => e.Op.Index));
        Assert.Equal([4, 4, 4, 4, 2, 1], all.Select(e => e.Runs));       // 2 micro-batches of 2 layers; once a micro-batch; once
    }

    [Fact]
    public void All_TimesRuns_IsWhatAWalkCharges()
    {
        var clock = ProgramWalk.Balanced(costs);
        var all = OpEstimate.All(costs);

        Assert.Equal(clock.Busy(Engine.Tensor), all.Sum(e => e.Runs * e.Times.Tensor));
        Assert.Equal(clock.Busy(Engine.Dma), all.Sum(e => e.Runs * e.Times.Dma));
        Assert.Equal(clock.Busy(Engine.Collective), all.Sum(e => e.Runs * (e.Collective?.Picoseconds ?? 0)));
        Assert.Equal(clock.Flops, all.Sum(e => e.Runs * e.Times.Flops));
    }

    [Fact]
    public void Bound_OfStatements_NamesTheRoof()
    {
        var big = new ProgramCosts(Steps.Program(
            new TimedOp("product") { Index = 0, Work = new() { Products = [new(1, 8192, 8192, 8192, OperandFormat.BFloat16)], ReadBytes = new(268_435_456), WriteBytes = new(134_217_728) } },
            Steps.Move(1, 1000, [0], [1]),
            Steps.Move(2, 0, [0], [1]),
            Steps.Reduce(3, 1 << 20, 1),
            new TimedOp("view") { Index = 4 }), MachineCatalog.Get(MachineCatalog.Default), new(4, 1));

        var all = OpEstimate.All(big);

        Assert.Equal(["Tensor", "Dma"], all.Take(2).Select(e => e.Bound));
        Assert.Equal("links", all[3].Bound);
        Assert.Equal("nothing", all[4].Bound);
        Assert.True(all[0].ArithmeticIntensity > big.Machine.Rank.Ridge(OperandFormat.BFloat16));
        Assert.Equal(0, all[1].ArithmeticIntensity);
    }
}
