namespace Shardwright.Hardware.Tests;

public class CatalogPowerTests
{
    public static TheoryData<string> Names => [.. MachineCatalog.Names];

    [Theory, MemberData(nameof(Names))]
    public void Of_AllPeaksForASecond_DrawsThePowerOfTheChip(string name)
    {
        var machine = MachineCatalog.Get(name);
        var peaks = new ChipWork(
            0,
            (long)machine.HeadlineFlops[(int)OperandFormat.BFloat16],
            0,
            (long)(machine.Rank.HbmBandwidth * machine.RanksPerChip),
            (long)LinkBuilder.BytesPerSecondOfChip(machine.Levels));

        Assert.Equal(machine.Power.ChipWatts, StepEnergy.Of(machine.Power, 1_000_000_000_000, peaks).Joules, machine.Power.ChipWatts * 0.001);
    }

    [Theory, MemberData(nameof(Names))]
    public void Of_NothingForASecond_DrawsTheStaticShare(string name)
    {
        var power = MachineCatalog.Get(name).Power;

        Assert.Equal(power.ChipWatts * power.StaticShare, StepEnergy.Of(power, 1_000_000_000_000, default).Joules, 9);
    }
}
