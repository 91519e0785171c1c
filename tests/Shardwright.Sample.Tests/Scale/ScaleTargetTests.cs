using System.Text.Json;
using Shardwright.Sample.Tests.Builds;

namespace Shardwright.Sample.Tests.Scale;

/// <summary><c>dotnet build -t:ShardwrightScale</c> of the samples, as a user types it.</summary>
[Collection(nameof(SampleBuild))]
public sealed class ScaleTargetTests(ITestOutputHelper output)
{
    [Fact]
    public void Build_SampleWithTrace_PrintsTheTableAndWritesJson()
    {
        using var folder = new TemporaryFolder();
        string trace = folder.Write("trace.json", """{"logical_count": [[3,1,1,1,1,1,0,0], [1,1,1,1,1,1,1,1]]}""");

        var (exitCode, text) = SampleBuild.Run(output, "SparseLanguageModel", "-t:ShardwrightScale", "-p:ShardwrightScaleChips=1 16 1024 40000", "-p:ShardwrightScaleMeshes=expert=4 expert=2", $"-p:ShardwrightScaleTrace={trace}");

        Assert.True(exitCode == 0, text);
        Assert.Contains("SparseLanguage.SparseLanguageModel on trn2.48xlarge (uncalibrated)", text);
        Assert.Contains("tokens/kWh", text);
        Assert.Contains("Uneven routing", text);
        Assert.Contains("all-to-all-v that the program asks for, which trn2.48xlarge may not offer", text);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(SampleBuild.ReportFolder("SparseLanguageModel"), "scale.SparseLanguage.SparseLanguageModel.json")));
        var points = json.RootElement.GetProperty("points").EnumerateArray().ToList();
        Assert.Equal([1, 1, 16, 16, 1024, 1024, 40000, 40000], points.Select(point => point.GetProperty("chips").GetInt32()));
        Assert.Equal([4, 2, 4, 2, 4, 2, 4, 2], points.Select(point => point.GetProperty("expert").GetInt32()));
        Assert.All(points, point => Assert.True(point.GetProperty("picoseconds").GetInt64() > 0));
        Assert.Equal(2, points[0].GetProperty("loadFactorMost").GetDouble());
    }

    [Fact]
    public void Build_BadValue_IsAnErrorWithACodeThatNamesTheProperty()
    {
        var (exitCode, text) = SampleBuild.Run(output, "SparseLanguageModel", "-t:ShardwrightScale", "-p:ShardwrightScaleChips=many");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("SparseLanguageModel.csproj : error SHW7001: ShardwrightScaleChips: got 'many'; need whole numbers of chips above 0", text);
    }
}
