namespace Shardwright.Hardware.Tests;

public class MachineFileTests
{
    private const string Price = """{ "value": 20, "unit": "USD/h", "origin": "assumed", "source": "an offer of ours" }""";

    [Fact]
    public void Read_Extension_ReplacesWhatItNames()
    {
        var machine = MachineFile.Read($$"""{ "name": "mine", "extends": "trn2.48xlarge", "instance": { "dollarsPerHour": {{Price}} } }""", "mine.json");
        var basis = MachineCatalog.Get("trn2.48xlarge");
        Assert.Equal("mine", machine.Name);
        Assert.Equal(20, machine.DollarsPerInstanceHour);
        Assert.Equal(basis.Rank.HbmBandwidth, machine.Rank.HbmBandwidth);
        Assert.Equal(new MachineFact("instance.dollarsPerHour", 20, "USD/h", Origin.Assumed, "an offer of ours"), machine.Facts.Single(f => f.Key == "instance.dollarsPerHour"));
    }

    [Fact]
    public void Read_ExtensionOfALogicalCoreVariant_KeepsIt() =>
        Assert.Equal(8, MachineFile.Read("""{ "name": "mine", "extends": "trn2u.48xlarge:lnc1" }""", "mine.json").RanksPerChip);

    [Fact]
    public void Read_ExtensionOfACalibratedMachine_IsUncalibrated()
    {
        Assert.True(MachineCatalog.Get("dgx-a100").IsCalibrated);
        Assert.False(MachineFile.Read("""{ "name": "mine", "extends": "dgx-a100" }""", "mine.json").IsCalibrated);
    }

    [Fact]
    public void Read_NullPrice_IsNone() =>
        Assert.Null(MachineFile.Read("""{ "name": "mine", "extends": "trn2.48xlarge", "instance": { "dollarsPerHour": null } }""", "m").DollarsPerInstanceHour);

    [Theory]
    [InlineData(2.9, "TB/s", 2.9e12)]
    [InlineData(2900, "GB/s", 2.9e12)]
    [InlineData(1, "GiB/s", 1073741824)]
    [InlineData(8000, "Gb/s", 1e12)]
    public void Read_Bandwidth_TakesItsUnits(double value, string unit, double expected)
    {
        string json = Override("chip", "hbmBandwidth", $$"""{ "value": {{value}}, "unit": "{{unit}}", "origin": "published", "source": "data sheet" }""");
        Assert.Equal(expected, MachineFile.Read(json, "m").Rank.HbmBandwidth * 4, expected * 1e-12);
    }

    [Theory]
    [InlineData("hbmBandwidht", """{ "value": 1, "unit": "TB/s", "origin": "assumed", "source": "s" }""", "did you mean 'hbmBandwidth'?")]
    [InlineData("somethingElse", "1", "unknown key 'somethingElse' in 'chip'. It may have: name, cores")]
    [InlineData("hbmBandwidth", "2.9e12", "found 2.9e12 for 'chip.hbmBandwidth'; need { \"value\"")]
    [InlineData("hbmBandwidth", """{ "unit": "TB/s", "origin": "assumed", "source": "s" }""", "'chip.hbmBandwidth' lacks 'value'")]
    [InlineData("hbmBandwidth", """{ "value": 1, "origin": "assumed", "source": "s" }""", "'chip.hbmBandwidth' lacks 'unit'")]
    [InlineData("hbmBandwidth", """{ "value": 1, "unit": "TB/s", "source": "s" }""", "'chip.hbmBandwidth' lacks 'origin'")]
    [InlineData("hbmBandwidth", """{ "value": 1, "unit": "TB/s", "origin": "assumed" }""", "'chip.hbmBandwidth' lacks 'source'")]
    [InlineData("hbmBandwidth", """{ "value": 1, "unit": "TB/s", "origin": "assumed", "source": " " }""", "found ' ' for 'chip.hbmBandwidth.source'; need a string")]
    [InlineData("hbmBandwidth", """{ "value": 1, "unit": "TB", "origin": "assumed", "source": "s" }""", "found the unit 'TB' for 'chip.hbmBandwidth'; need B/s, GB/s")]
    [InlineData("hbmBandwidth", """{ "value": 1, "unit": "TB/s", "origin": "guessed", "source": "s" }""", "Need one of: published, derived, assumed")]
    [InlineData("hbmBandwidth", """{ "value": -1, "unit": "TB/s", "origin": "assumed", "source": "s" }""", "it may not be negative")]
    [InlineData("hbmBandwidth", """{ "value": 0, "unit": "TB/s", "origin": "assumed", "source": "s" }""", "it must be positive")]
    [InlineData("hbmBandwidth", """{ "value": "1", "unit": "TB/s", "origin": "assumed", "source": "s" }""", "found '1' as value of 'chip.hbmBandwidth'; need a number")]
    [InlineData("hbmBandwidth", """{ "value": 2900, "unit": "TB/s", "origin": "assumed", "source": "s" }""", "is the unit right?")]
    [InlineData("hbmBandwidth", """{ "value": 1e999, "unit": "TB/s", "origin": "assumed", "source": "s" }""", "beyond the range of a double")]
    [InlineData("hbmEfficiency", """{ "value": 1.2, "unit": "1", "origin": "assumed", "source": "s" }""", "need at most 1")]
    [InlineData("cores", """{ "value": 7.5, "unit": "cores", "origin": "assumed", "source": "s" }""", "need a whole number")]
    [InlineData("coresPerRank", """{ "value": 3, "unit": "cores", "origin": "assumed", "source": "s" }""", "need a divisor of 8, at most 2")]
    [InlineData("hbm", "null", "found null for 'chip.hbm'")]
    public void Read_BadValueInChip_SaysWhatWasFoundAndNeeded(string key, string value, string message)
    {
        var e = Assert.Throws<MachineFileException>(() => MachineFile.Read(Override("chip", key, value), "mine.json"));
        Assert.Contains(message, e.Message);
        Assert.StartsWith($"mine.json({e.Line},{e.Column}): ", e.Message);
        Assert.Equal("mine.json", e.Path);
        Assert.True(e.Line is 4 or 5, e.Message);
    }

    [Theory]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarg" }""", "nothing is called 'trn2.48xlarg'; did you mean 'trn2.48xlarge'? There are: ")]
    [InlineData("""{ "name": "m", "extends": "trn1.32xlarge:lnc2" }""", "nothing is called 'trn1.32xlarge:lnc2'")]
    [InlineData("""{ "name": "m", "extends": 5 }""", "found a number for 'extends'")]
    [InlineData("""{ "extends": "trn2.48xlarge" }""", "the file lacks 'name'")]
    [InlineData("""{ "name": "a\nb", "extends": "trn2.48xlarge" }""", "found a name with other characters")]
    [InlineData("""{ "name": "m" }""", "the file lacks 'chip'")]
    [InlineData("[]", "found an array; need an object")]
    [InlineData("""{ "name": "m", "extends": "chips/Trainium2" }""", "the file lacks 'instance'")]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarge", "chip": 5 }""", "found a number for 'chip'; need an object")]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarge", "collectives": "nickel" }""", "Need one of: neuron, neuron-switch, nccl")]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarge", "core": { "tensorEfficiency": 1 } }""", "unknown key 'tensorEfficiency' in 'core'")]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarge", "instance": { "chips": { "value": 8, "unit": "chips", "origin": "assumed", "source": "half" } } }""", "make 16 chips, 'instance.chips' says 8")]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarge", "power": { "linkShare": { "value": 0.5, "unit": "1", "origin": "assumed", "source": "half" } } }""", "add up to 1.44; need 1")]
    [InlineData("""{ "name": "m", "extends": "trn2.48xlarge", "overlapSlowdown": { "value": 0.5, "unit": "1", "origin": "assumed", "source": "half" } }""", "need at least 1")]
    public void Read_BadFile_SaysWhatWasFoundAndNeeded(string json, string message) =>
        Assert.Contains(message, Assert.Throws<MachineFileException>(() => MachineFile.Read(json, "mine.json")).Message);

    [Theory]
    [InlineData("""{ "bytes": [1, 1], "units": [2], "share": [[0.5], [0.6]], "origin": "assumed", "source": "s" }""", "ascending")]
    [InlineData("""{ "bytes": [1], "units": [2], "share": [[0.5], [0.6]], "origin": "assumed", "source": "s" }""", "found 2 rows of shares for 1 sizes")]
    [InlineData("""{ "bytes": [1], "units": [2, 4], "share": [[0.5]], "origin": "assumed", "source": "s" }""", "found 1 shares for 2 numbers of units")]
    [InlineData("""{ "bytes": [1], "units": [2], "share": [[1.5]], "origin": "assumed", "source": "s" }""", "above 0, at most 1")]
    public void Read_BadEfficiencyTable_SaysWhy(string table, string message) =>
        Assert.Contains(message, Assert.Throws<MachineFileException>(() => MachineFile.Read(WithTable(table), "m")).Message);

    [Fact]
    public void Read_EfficiencyTable_IsKept()
    {
        var table = MachineFile.Read(WithTable("""{ "bytes": [1024, 1048576], "units": [2, 4], "share": [[0.1, 0.2], [0.5, 0.6]], "origin": "assumed", "source": "s" }"""), "m").Levels[^1].Efficiency!;
        Assert.Equal([1024, 1048576], table.Bytes);
        Assert.Equal([2, 4], table.Units);
        Assert.Equal([0.5, 0.6], table.Share[1]);
    }

    [Fact]
    public void Read_EveryTruncation_IsAnErrorWithItsPlace()
    {
        string text = JsonValueTests.BuiltInText("dgx-h100").TrimEnd();
        for (int length = 0; length < text.Length; length++)
        {
            var e = Assert.Throws<MachineFileException>(() => MachineFile.Read(text.Substring(0, length), "m.json"));
            Assert.True(e.Line >= 1 && e.Column >= 1);
        }
    }

    [Fact]
    public void Read_RandomMutations_ThrowNothingElse()
    {
        string ownLinks = JsonValueTests.BuiltInText("trn2u.48xlarge");
        string ownChip = "{ \"name\": \"m\", \"extends\": \"trn3.ultraserver144\"," + JsonValueTests.BuiltInText("chips/Trainium3").TrimStart().TrimStart('{');
        Assert.Equal(36, MachineFile.Read(ownChip, "m").Levels.Skip(2).Take(2).Aggregate(1, (n, level) => n * level.Units));
        var random = new Random(3);
        string[] parts = ["null", "0", "-1", "1e300", "\"B/s\"", "\"\"", "[]", "{}", "{ \"value\": 1 }", "true", "[0]", "[4,4,4]", "0.5", "\"torus\""];
        for (int round = 0; round < 2000; round++)
        {
            string basis = round % 2 == 0 ? ownLinks : ownChip;
            int colon = basis.IndexOf(": ", random.Next(basis.Length), StringComparison.Ordinal);
            if (colon < 0)
                continue;
            int end = basis.IndexOfAny([',', '}', '\n'], colon);
            string mutated = basis.Substring(0, colon + 2) + parts[random.Next(parts.Length)] + basis.Substring(end);
            try
            {
                var machine = MachineFile.Read(mutated, "m.json");
                Assert.True(machine.Rank.HbmBandwidth > 0);
            }
            catch (MachineFileException e)
            {
                Assert.True(e.Line >= 1 && e.Column >= 1 && e.Problem.Length > 0);
            }
        }
    }

    private static string WithTable(string table) => $$"""{ "name": "m", "extends": "trn2.48xlarge", "links": { "cluster": { "efficiency": {{table}} } } }""";

    private static string Override(string section, string key, string value) => $$"""
        {
          "name": "mine", "extends": "trn2.48xlarge",
          "{{section}}": {
            "{{key}}": {{value}}
          }
        }
        """;
}
