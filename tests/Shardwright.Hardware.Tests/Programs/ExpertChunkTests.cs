namespace Shardwright.Hardware.Tests;

public class ExpertChunkTests
{
    private static readonly ExpertLayerShape Shape = new(7168, 2048, TopK: 8, Tokens: 8192);

    [Fact]
    public void Parts_CoverTheExpertsOnceInOrder()
    {
        for (int experts = 1; experts <= 9; experts++)
            for (int count = 1; count <= experts; count++)
            {
                var parts = Enumerable.Range(0, count).Select(index => new ExpertChunk(index, count)).ToList();
                Assert.Equal(Enumerable.Range(0, experts), parts.SelectMany(part => Enumerable.Range(part.First(experts), part.End(experts) - part.First(experts))));
                Assert.All(parts, part => Assert.True(part.End(experts) > part.First(experts)));
                Assert.Equal(parts[^1], parts.Single(part => part.IsLast));
            }
        Assert.Equal((0, 5, true, true), (default(ExpertChunk).First(5), default(ExpertChunk).End(5), default(ExpertChunk).IsWhole, default(ExpertChunk).IsLast));
    }

    [Fact]
    public void Work_OfTheParts_AddsUpToThatOfAllExperts()
    {
        // Four experts and two slots, of which one holds a replica: it belongs to the last part.
        int[] starts = [0, 100, 100, 400, 420, 520, 520];
        var rates = MachineCatalog.Get("trn2.48xlarge").Rank;
        foreach (var op in ChunkChoice.Program(Shape, 256, RowExchange.Variable, 1).Ops.Where(op => op.Work.IsRouted))
        {
            var whole = OpTime.Of(rates, op.Work, starts, 4);
            for (int count = 2; count <= 4; count++)
            {
                var parts = Enumerable.Range(0, count).Select(index => OpTime.Of(rates, op.Work, starts, 4, new(index, count))).ToList();
                Assert.Equal(whole.Flops, parts.Sum(part => part.Flops));
                Assert.Equal(whole.HbmBytes, parts.Sum(part => part.HbmBytes));
                Assert.True(parts.Sum(part => part.Duration) >= whole.Duration);
            }
        }
    }

    [Fact]
    public void Exchanges_OfTheParts_AddUpAtEvenLoad()
    {
        var program = ChunkChoice.Program(Shape, 256, RowExchange.Variable, 1);
        var routing = new BalancedRouting(program, expertRanks: 64);
        for (int count = 1; count <= 4; count++)
        {
            var loads = Enumerable.Range(0, count).Select(index => routing.Load(0, 0, 0, 0, new(index, count))).ToList();
            Assert.Equal(Shape.Copies, loads.Sum(load => load.SentRows));
            Assert.Equal(Shape.Copies, loads.Sum(load => load.LargestReceive));
        }
    }

    /// <summary>Four experts a rank. In four parts more is hidden on Trainium's links; on H100's, latencies and smaller products cost what the last halving would win.</summary>
    [Theory]
    [InlineData("trn3.ultraserver64", 4)]
    [InlineData("trn2.48xlarge", 4)]
    [InlineData("dgx-h100", 2)]
    public void Fastest_IsTheLeastTimeOfAllNumbers(string machine, int expected)
    {
        var mesh = new MeshPlacement(64, 64);
        var times = new[] { 1, 2, 4 }.ToDictionary(chunks => chunks, chunks => ChunkChoice.Picoseconds(MachineCatalog.Get(machine), mesh, Shape, 256, RowExchange.Variable, chunks));

        int fastest = ChunkChoice.Fastest(MachineCatalog.Get(machine), mesh, Shape, 256, RowExchange.Variable);

        TestContext.Current.SendDiagnosticMessage($"{machine}: {string.Join(", ", times.Select(t => $"{t.Key}: {t.Value / 1e9:F1} ms"))}");
        Assert.Equal(expected, fastest);
        Assert.Equal(times.Values.Min(), times[fastest]);
        Assert.True(times[fastest] < 0.9 * times[1]);
    }

    [Fact]
    public void Fastest_OfASmallLayer_IsOnePart()
    {
        // A few tokens: every exchange is all latency, and every statement its fixed time.
        Assert.Equal(1, ChunkChoice.Fastest(MachineCatalog.Get("trn2.48xlarge"), new(64, 64), new(128, 128, TopK: 2, Tokens: 16), 256, RowExchange.Variable));
        Assert.Equal(1, ChunkChoice.Fastest(MachineCatalog.Get("trn2.48xlarge"), new(64, 64), Shape, 64, RowExchange.Variable));
    }
}
