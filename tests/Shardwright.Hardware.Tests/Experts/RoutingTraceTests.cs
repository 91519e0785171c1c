using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Tests;

public class RoutingTraceTests(ITestOutputHelper output)
{
    [Fact]
    public void Read_SmallFile_HasLayersAndSkipsDenseOnes()
    {
        var trace = RoutingTrace.Read("""{"logical_count": [[0, 0], [3.0, 1]]}""", "small.json");

        Assert.Equal(2, trace.Layers.Count);
        Assert.Equal([3, 1], Assert.Single(trace.ExpertLayers));
        Assert.Equal(1.5, LoadFactor.Of(trace.Layers[1], 2));
    }

    [Theory]
    [InlineData("[]", "(1,1)", "need an object with 'logical_count'")]
    [InlineData("{\"counts\": []}", "(1,1)", "an object without 'logical_count'")]
    [InlineData("{\"logical_count\":\n[]}", "(2,1)", "an empty array")]
    [InlineData("{\"logical_count\":\n[[1, 2],\n [1]]}", "(3,2)", "layer 1 has 1 experts, layer 0 has 2")]
    [InlineData("{\"logical_count\": [[1, -2]]}", "(1,24)", "found -2")]
    [InlineData("{\"logical_count\": [[1, \"x\"]]}", "(1,24)", "at least 0")]
    public void Read_OtherText_NamesPlaceAndNeed(string json, string place, string message)
    {
        var error = Assert.Throws<JsonException>(() => RoutingTrace.Read(json, "t.json"));

        Assert.Contains("t.json" + place, error.Message);
        Assert.Contains(message, error.Message);
    }

    /// <summary>The file's first layers are dense. Load factors of contiguous placement grow with the number of ranks; the published summary over 12 workloads is 1.82, 2.16, 2.55 and 3.14 at 8, 16, 32 and 64 ranks.</summary>
    [Fact]
    public void Read_DeepSeekTraces_GiveTheKnownLoadFactors()
    {
        Assert.SkipUnless(PublishedData.IsThere, PublishedData.Missing);
        double[] means = new double[4];
        int[] ranks = [8, 16, 32, 64];
        string[] names = [.. Directory.GetFiles(Path.GetDirectoryName(PublishedData.Trace("x"))!, "*.json").Order(StringComparer.Ordinal)];
        foreach (string name in names)
        {
            var trace = RoutingTrace.Read(File.ReadAllText(name), Path.GetFileName(name));

            Assert.Equal(61, trace.Layers.Count);
            Assert.Equal(58, trace.ExpertLayers.Count());
            Assert.All(trace.Layers, layer => Assert.Equal(256, layer.Count));
            double[] factors = [.. ranks.Select(n => trace.ExpertLayers.Average(layer => LoadFactor.Of(layer, n)))];
            output.WriteLine($"{Path.GetFileName(name),-32} {string.Join("  ", factors.Select(f => f.ToString("F2", System.Globalization.CultureInfo.InvariantCulture)))}");
            for (int i = 0; i < 4; i++)
                means[i] += factors[i] / names.Length;
        }
        output.WriteLine($"{"mean",-32} {string.Join("  ", means.Select(f => f.ToString("F3", System.Globalization.CultureInfo.InvariantCulture)))}");
        double[] published = [1.819, 2.157, 2.551, 3.137];
        for (int i = 0; i < 4; i++)
            Assert.Equal(published[i], means[i], published[i] * 0.05);
    }
}
