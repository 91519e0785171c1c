namespace Shardwright.Hardware.Tests;

public class MachineCatalogTests
{
    public static TheoryData<string> Names => [.. MachineCatalog.Names, "trn2.48xlarge:lnc1", "trn2u.48xlarge:lnc1", "trn3.ultraserver64:lnc1", "trn3.ultraserver144:lnc1"];

    [Fact]
    public void Names_AreSortedAndHaveTheDefault()
    {
        Assert.Equal(MachineCatalog.Names.OrderBy(n => n, StringComparer.Ordinal), MachineCatalog.Names);
        Assert.Contains(MachineCatalog.Default, MachineCatalog.Names);
        Assert.Equal(10, MachineCatalog.Names.Count);
    }

    [Theory, MemberData(nameof(Names))]
    public void Find_EveryName_IsConsistent(string name)
    {
        var machine = MachineCatalog.Find(name)!;
        Assert.Equal(name, machine.Name);
        Assert.Equal(machine.RanksPerChip > 1 ? "chip" : "instance", machine.Levels[0].Name);
        Assert.Equal("cluster", machine.Levels[^1].Name);
        Assert.Equal(0, machine.Levels[^1].Units);
        Assert.All(machine.Levels, level => Assert.Equal(level.Dimensions.Count, level.BytesPerSecond.Count));
        var rank = machine.Rank;
        Assert.True(rank.DmaBandwidth > 0 && rank.HbmBandwidth > 0 && rank.SbufBytes > 0);
        Assert.True(machine.HeadlineFlops[1] >= 0.98 * machine.RanksPerChip * rank.TensorFlops[1]);
        Assert.All(machine.Facts, fact => Assert.True(fact.Source.Length > 10 && fact.Key.Length > 0));
        Assert.Equal(machine.Facts.Count, machine.Facts.Select(f => f.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("trn1.32xlarge", 216, 216)]
    [InlineData("trn2.48xlarge", 230, 448)]
    [InlineData("trn3.ultraserver64", 137, 514)]
    public void Ridge_Trainium_IsThePublishedOne(string name, int bfloat16, int float8)
    {
        var machine = MachineCatalog.Get(name);
        Assert.Equal(bfloat16, machine.Ridge(OperandFormat.BFloat16), 0.5);
        Assert.Equal(float8, machine.Ridge(OperandFormat.Float8), 0.5);
    }

    [Fact]
    public void Find_Trainium2_HasTwoCoresAndAStackOfHbmForARank()
    {
        var machine = MachineCatalog.Get("trn2.48xlarge");
        Assert.Equal(24L << 30, machine.Rank.HbmBytes);
        Assert.Equal(64, machine.RanksPerInstance);
        Assert.Equal(2, machine.Rank.Cores);
        Assert.Equal(725e9, machine.Rank.HbmBandwidth, 1e3);
        Assert.Equal(2 * 78.6432e12, machine.Rank.TensorFlops[(int)OperandFormat.BFloat16], 1e3);
        Assert.Equal(35.7608, machine.DollarsPerInstanceHour);
        Assert.False(machine.IsCalibrated);
    }

    [Fact]
    public void Find_SingleLogicalCore_SharesTheStack()
    {
        var machine = MachineCatalog.Get("trn2.48xlarge:lnc1");
        Assert.Equal(12L << 30, machine.Rank.HbmBytes);
        Assert.Equal(128, machine.RanksPerInstance);
        Assert.Equal(28L << 20, machine.Rank.SbufBytes);
        Assert.Equal(362.5e9, machine.Rank.HbmBandwidth, 1e3);
        Assert.Equal("trn2.48xlarge", MachineCatalog.Get("trn2.48xlarge:lnc2").Name);
    }

    [Theory]
    [InlineData("trn2.48xlarg")]
    [InlineData("chips/Trainium2")]
    [InlineData("trn1.32xlarge:lnc2")]
    [InlineData("trn2.48xlarge:lnc4")]
    [InlineData("trn2.48xlarge:")]
    [InlineData("")]
    public void Find_NoSuchMachine_IsNull(string name) => Assert.Null(MachineCatalog.Find(name));

    [Fact]
    public void Get_NoSuchMachine_SuggestsTheNearest() =>
        Assert.Contains("did you mean 'trn2.48xlarge'?", Assert.Throws<ArgumentException>(() => MachineCatalog.Get("trn2.48xlarg")).Message);

    [Fact]
    public void Levels_UltraServer_IsAThreeDimensionalTorus()
    {
        var levels = MachineCatalog.Get("trn2u.48xlarge").Levels;
        Assert.Equal(["chip", "instance", "UltraServer", "cluster"], levels.Select(l => l.Name));
        Assert.Equal([4, 4], levels[1].Dimensions);
        Assert.Equal([128e9, 128e9], levels[1].BytesPerSecond);
        Assert.Equal([4], levels[2].Dimensions);
        Assert.Equal([64e9], levels[2].BytesPerSecond);
        Assert.Equal(16, levels[2].LinksPerUnit);
        Assert.Equal(64, levels[3].LinksPerUnit);
        Assert.Equal([25e9], levels[3].BytesPerSecond);
        Assert.Equal(15_000_000, levels[3].HopPicoseconds);
    }

    [Theory]
    [InlineData("trn3.ultraserver64", 64)]
    [InlineData("trn3.ultraserver144", 144)]
    public void Levels_Trainium3_MakeTheUltraServer(string name, int chips)
    {
        var machine = MachineCatalog.Get(name);
        Assert.Equal(chips, machine.Levels.Where(l => l.Name is not ("chip" or "cluster")).Aggregate(1, (n, l) => n * l.Units));
        Assert.Equal(chips, machine.Levels[^1].LinksPerUnit);
    }

    [Theory, MemberData(nameof(Names))]
    public void Power_EverythingAtItsPeak_DrawsFullLoad(string name)
    {
        var machine = MachineCatalog.Get(name);
        double links = machine.Facts.Count > 0 ? LinkWatts(machine) : 0;
        var power = machine.Power;
        for (int format = 0; format < 3; format++)
        {
            double watts = power.StaticShare * power.ChipWatts + power.JoulesPerFlop[format] * machine.HeadlineFlops[format]
                + power.JoulesPerHbmByte * machine.Rank.HbmBandwidth * machine.RanksPerChip + links;
            Assert.Equal(power.ChipWatts, watts, 1e-6 * power.ChipWatts);
        }
    }

    private static double LinkWatts(Machine machine)
    {
        double rate = machine.Levels.Where(l => l.Name != "chip")
            .Sum(l => l.Dimensions.Zip(l.BytesPerSecond, (size, rate) => rate * (l.Shape == LinkShape.Torus && size > 2 ? 2 : 1)).Sum());
        return machine.Power.JoulesPerLinkByte * rate;
    }
}
