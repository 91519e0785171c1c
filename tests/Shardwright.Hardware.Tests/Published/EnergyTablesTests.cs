namespace Shardwright.Hardware.Tests;

/// <summary>Energy and carbon of published training runs. Power and utilisation are taken from the tables: this tests arithmetic, not prediction.</summary>
public class EnergyTablesTests(ITestOutputHelper output)
{
    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Patterson2021Table4_GivenPowerAndDuration_IsReproduced()
    {
        Errors energy = new("Patterson et al. 2021, table 4: MWh, given power and days"), carbon = new("Patterson et al. 2021, table 4: t CO₂e (gross)");
        foreach (var row in PublishedRow.Of("energy_carbon", "patterson2021_table4"))
        {
            double megawattHours = FacilityEnergy.MegawattHours(row.Number("system_avg_W"), row.Whole("chips"), row.Number("days") * 24, row.Number("PUE"));
            energy.Add(row.Text("model"), megawattHours, row.Number("MWh"));
            carbon.Add(row.Text("model"), FacilityEnergy.Kilograms(megawattHours * 3.6e9, row.Number("kgCO2_per_kWh_gross")) / 1000, row.Number("gross_tCO2"));
        }

        energy.Print(output);
        carbon.Print(output);
        Assert.True(energy.Mean <= 1, $"{energy.Mean}");
        Assert.True(carbon.Mean <= 3, $"{carbon.Mean}");
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void Patterson2021Table4_GivenUtilization_HasItsDays()
    {
        var days = new Errors("Patterson et al. 2021, table 4: days, given FLOPs and achieved FLOP/s");
        foreach (var row in PublishedRow.Of("energy_carbon", "patterson2021_table4"))
            days.Add(row.Text("model"), FacilityEnergy.Hours(row.Number("flops"), row.Whole("chips"), row.Number("measured_tflops") * 1e12, 1) / 24, row.Number("days"));

        days.Print(output);
        Assert.True(days.Mean <= 3, $"{days.Mean}");
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void LlmCarbonDatabase_ByItsFormula_IsReproduced()
    {
        var carbon = new Errors("LLMCarbon's database: t CO₂e, given power and efficiency; days from zettaFLOPs");
        foreach (var row in PublishedRow.Of("energy_carbon", "llmcarbon_database"))
        {
            double hours = FacilityEnergy.Hours(row.Number("total zettaFLOPs") * 1e21, row.Whole("device #"), row.Number("peak TFLOPs/s") * 1e12, row.Number("hardware efficiency"));
            double megawattHours = FacilityEnergy.MegawattHours(row.Number("avg. system power (W)"), row.Whole("device #"), hours, row.Number("PUE"));
            carbon.Add(row.Text("name"), megawattHours * row.Number("CO2eq/KWh"), row.Number("actual tCO2eq"));
        }

        carbon.Print(output);
        Assert.True(carbon.Mean <= 5, $"{carbon.Mean}");
    }

    [Fact(Skip = PublishedData.Missing, SkipUnless = nameof(PublishedData.IsThere), SkipType = typeof(PublishedData))]
    public void LlamaTable15_AtBoardPower_IsReproduced()
    {
        var energy = new Errors("LLaMA, table 15: MWh at 400 W and PUE 1.1");
        foreach (var row in PublishedRow.Of("energy_carbon", "llama1_table15"))
            energy.Add(row.Text("model"), FacilityEnergy.MegawattHours(row.Number("W"), 1, row.Number("gpu_hours"), 1.1), row.Number("MWh"));

        energy.Print(output);
        Assert.True(energy.Mean <= 1, $"{energy.Mean}");
    }
}
