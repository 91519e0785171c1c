namespace Shardwright.Hardware.Tests;

public class StepEnergyTests
{
    private static readonly PowerRates Power = TestMachines.Plain().Power with { ChipWatts = 500 };

    [Fact]
    public void Of_WorkedExample_AddsFourParts()
    {
        // 10 ms at 200 W are 2 J; 1 TFLOP · 0.4 pJ is 0.4 J; 10 GB · 40 pJ are 0.4 J; 1 GB · 80 pJ is 0.08 J.
        var energy = StepEnergy.Of(Power, 10_000_000_000, new ChipWork(0, 1_000_000_000_000, 0, 10_000_000_000, 1_000_000_000));

        Assert.Equal(new StepEnergy(2_000_000_000_000, 400_000_000_000, 400_000_000_000, 80_000_000_000), energy);
        Assert.Equal(2.88, energy.Joules, 12);
        Assert.Equal(288, energy.Watts(10_000_000_000), 9);
    }

    [Fact]
    public void Of_EachFormat_HasItsOwnRate()
        => Assert.Equal(1000 * (2 + 0.4 + 0.2), StepEnergy.Of(Power, 0, new ChipWork(1000, 1000, 1000, 0, 0)).Products, 9);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(7, 3)]
    public void Of_Fractions_AreRoundedOnceAndHalfToEven(long flops, long picojoules)
        => Assert.Equal(picojoules, StepEnergy.Of(Power with { JoulesPerFlop = [0, 0, 0.45e-12] }, 0, new ChipWork(0, 0, flops, 0, 0)).Products);

    [Fact]
    public void Of_AnyWork_IsAtLeastItsStaticPart()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 10_000; trial++)
        {
            long picoseconds = random.NextInt64(1L << random.Next(1, 45));
            var work = new ChipWork(Amount(), Amount(), Amount(), Amount(), Amount());
            var energy = StepEnergy.Of(Power, picoseconds, work);

            Assert.True(energy.Picojoules >= energy.Static);
            Assert.True(energy.Static <= Power.ChipWatts * picoseconds);
            Assert.True(Math.Abs(energy.Static - 200.0 * picoseconds) <= 0.5);
            Assert.True(energy.Picojoules <= StepEnergy.Of(Power, picoseconds + 1, work + work).Picojoules);
        }

        long Amount() => random.NextInt64(1L << random.Next(1, 50));
    }

    [Fact]
    public void Sum_OfSteps_DoesNotDependOnOrder()
    {
        var random = new Random(3);
        var steps = Enumerable.Range(0, 1000).Select(_ => StepEnergy.Of(Power, random.NextInt64(1_000_000_000), new ChipWork(0, random.NextInt64(1L << 40), 0, random.NextInt64(1L << 30), 0))).ToArray();

        Assert.Equal(steps.Aggregate((a, b) => a + b), steps.Reverse().Aggregate((a, b) => a + b));
    }

    [Fact]
    public void Of_NegativeTime_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => StepEnergy.Of(Power, -1, default));

    [Fact]
    public void Of_MoreThanALongHolds_Overflows() => Assert.Throws<OverflowException>(() => StepEnergy.Of(Power, long.MaxValue, default));

    [Fact]
    public void Work_OfAnOp_TakesItsFlopsInItsFormat()
    {
        var times = new EngineTimes(0, 0, 0, 0, 0, 0, Flops: 12, HbmBytes: 34);

        Assert.Equal(new ChipWork(0, 12, 0, 34, 56), ChipWork.Of(times, OperandFormat.BFloat16, linkBytes: 56));
    }
}
