namespace Shardwright.Hardware.Tests;

public sealed class TraceRoutingTests(ITestOutputHelper output)
{
    private const string Trace = """{"logical_count": [[0,0,0,0,0,0,0,0], [3,1,1,1,1,1,0,0], [1,1,1,1,1,1,1,1]]}""";

    [Fact]
    public void Rows_SmallTrace_AreItsProportions()
    {
        var routing = new TraceRouting(SmallPlan.Plan.Program, RecordedLoad.Read(Trace, "t"), expertRanks: 4);
        int[] starts = new int[3];

        // Four ranks send 512 rows each: 2048 in proportions 4 : 2 : 2 : 0 in even layers, evenly in odd ones. Dense layers are skipped.
        Assert.Equal([1, 2, 1], routing.Members);
        Assert.Equal([1024, 512, 0], Enumerable.Range(0, 3).Select(member => routing.RowsOf(0, 0, member)));
        Assert.Equal([512, 512, 512], Enumerable.Range(0, 3).Select(member => routing.RowsOf(0, 3, member)));
        routing.Rows(0, 2, 0, 0, starts);
        Assert.Equal([0, 768, 1024], starts);
        Assert.Equal(Load(512, 1024, 256), routing.Load(0, 0, 0, 1, default));
        // Parts of a rank's two experts: every source sends 5 / 8 of its rows to the first ones, 3 / 8 to the second.
        Assert.Equal(Load(320, 768, 192), routing.Load(0, 2, 0, 0, new(0, 2)));
        Assert.Equal(Load(192, 256, 64), routing.Load(0, 2, 0, 0, new(1, 2)));
        Assert.Equal([2, 1, 2, 1], routing.Factors);

        // Two of eight experts: a token reaches 4 · (1 − C(6, 2) ÷ C(8, 2)) = 13 ÷ 7 of four ranks, of two copies.
        static ExchangeLoad Load(long sent, long received, long block) => new(sent, received, block) { OnceRows = (received * 13 + 13) / 14 };
    }

    [Theory]
    [InlineData("""{"logical_count": [[1,2,3,4]]}""", "the trace has 4 experts, 'Blocks[*].Experts' has 8; need the same number")]
    [InlineData("""{"logical_count": [[0,0]]}""", "no layer with tokens")]
    [InlineData("[]", "need an object with 'logical_count'")]
    public void At_OtherTrace_NamesTheSettingAndTheProblem(string json, string message)
    {
        var error = Assert.Throws<ScaleException>(() => ScaleStudy.At(SmallPlan.Plan, TestMachines.Plain(), 8, 4, new() { Trace = RecordedLoad.Read(json, "t.json") }));

        Assert.Equal("ShardwrightScaleTrace", error.Setting);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Factors_OfRecordedTraces_AreThoseOfContiguousPlacement()
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        foreach (string path in Directory.GetFiles(PublishedData.Trace(""), "*.json").Order())
        {
            var load = RecordedLoad.Read(File.ReadAllText(path), path);
            var program = new TimedProgram([], [new("Experts", 256, 8, load.Layers.Count, 4096)], 0);
            var routing = new TraceRouting(program, load, expertRanks: 64);

            var expected = load.Layers.Select(layer => LoadFactor.Of(layer, 64)).ToList();
            Assert.All(expected.Zip(routing.Factors), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
            output.WriteLine($"{Path.GetFileName(path)}: max/mean at 64 ranks {expected.Average():F2} in the mean layer, {expected.Max():F2} in the worst");
        }
    }
}
