namespace Shardwright.Hardware.Tests;

public class StepCostTests
{
    [Fact]
    public void Of_WorkedExample_GivesEnergyCarbonAndDollars()
    {
        // 40 chips in three instances of 16 for 3.6 s: 0.001 h. Each chip draws 1000 W: 40 · 3600 J = 144 kJ, 158.4 kJ with PUE 1.1 = 0.044 kWh.
        var machine = TestMachines.Plain(chipsPerInstance: 16) with { DollarsPerInstanceHour = 20 };
        long picoseconds = 3_600_000_000_000;
        var chip = new StepEnergy(3_600_000_000_000_000, 0, 0, 0);

        var cost = StepCost.Of(machine, chips: 40, picoseconds, chip, tokens: 1_000_000);

        Assert.Equal(144_000, cost.ChipJoules, 6);
        Assert.Equal(0.044, cost.KilowattHours, 12);
        Assert.Equal(0.044 * 0.4, cost.OperationalKilograms, 12);
        Assert.Equal(40 * 150.0 * 0.001 / 43_800, cost.EmbodiedKilograms, 12);
        Assert.Equal(3 * 20 * 0.001, cost.Dollars!.Value, 12);
        Assert.Equal(1_000_000 / 0.06, cost.TokensPerDollar!.Value, 3);
        Assert.Equal(60, cost.DollarsPerBillionTokens!.Value, 9);
        Assert.Equal(1_000_000 / 0.044, cost.TokensPerKilowattHour, 3);
        Assert.Equal(44, cost.KilowattHoursPerBillionTokens, 9);
        Assert.Equal(1_000_000 / 3.6, cost.TokensPerSecond, 6);
        Assert.Equal(1000 * cost.Kilograms, cost.KilogramsPerBillionTokens, 12);
    }

    [Fact]
    public void Of_DeepSeekV3_TakesItsPublishedDollars()
    {
        // DeepSeek-V3 (arXiv 2412.19437, table 1): 2.788 million H800 hours at 2 $ are 5.576 million $.
        var machine = TestMachines.Plain(chipsPerInstance: 8) with { DollarsPerInstanceHour = 8 * 2 };
        long hour = 3_600_000_000_000_000;

        Assert.Equal(5.576e6, 2_788_000 / 8 * StepCost.Of(machine, 8, hour, default(StepEnergy), 1).Dollars!.Value, 3);
    }

    [Fact]
    public void Of_NoPrice_HasNoDollars()
    {
        var cost = StepCost.Of(TestMachines.Plain(), 1, 1, default(StepEnergy), 1);

        Assert.Null(cost.Dollars);
        Assert.Null(cost.TokensPerDollar);
        Assert.Null(cost.DollarsPerBillionTokens);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void Of_NothingToDivideBy_Throws(int chips, long picoseconds, long tokens)
        => Assert.Throws<ArgumentOutOfRangeException>(() => StepCost.Of(TestMachines.Plain(), chips, picoseconds, default(StepEnergy), tokens));
}
