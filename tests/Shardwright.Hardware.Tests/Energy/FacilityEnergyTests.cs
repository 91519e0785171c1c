namespace Shardwright.Hardware.Tests;

public class FacilityEnergyTests
{
    [Fact]
    public void MegawattHours_OfGpt3_AreWhatPattersonPublished()
    {
        // Patterson et al. 2021, table 4: 10,000 V100 of 330 W for 14.8 days at PUE 1.1 and 0.429 kg/kWh: 1,287 MWh, 552.1 t.
        double energy = FacilityEnergy.MegawattHours(330, 10_000, 14.8 * 24, 1.1);

        Assert.Equal(1_287, energy, 1287 * 0.003);
        Assert.Equal(552.1, FacilityEnergy.Kilograms(energy * 3.6e9, 0.429) / 1000, 552.1 * 0.003);
    }

    [Fact]
    public void Hours_OfGpt3_FollowFromFlopsAndUtilization()
        => Assert.Equal(14.8, FacilityEnergy.Hours(3.14e23, 10_000, 125e12, 24.6 / 125) / 24, 0.05);

    [Fact]
    public void Joules_PueBelowOne_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => FacilityEnergy.Joules(1, 0.9));
}
