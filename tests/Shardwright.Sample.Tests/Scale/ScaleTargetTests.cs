using System.Diagnostics;
using System.Text.Json;

namespace Shardwright.Sample.Tests.Scale;

/// <summary><c>dotnet build -t:ShardwrightScale</c> of the samples, as a user types it.</summary>
public sealed class ScaleTargetTests(ITestOutputHelper output)
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Build_SampleWithTrace_PrintsTheTableAndWritesJson()
    {
        using var folder = new TemporaryFolder();
        string trace = folder.Write("trace.json", """{"logical_count": [[3,1,1,1,1,1,0,0], [1,1,1,1,1,1,1,1]]}""");

        var (exitCode, text) = Build("SparseLanguageModel", "-p:ShardwrightScaleChips=1 16 1024 40000", "-p:ShardwrightScaleMeshes=expert=4 expert=2", $"-p:ShardwrightScaleTrace={trace}");

        Assert.True(exitCode == 0, text);
        Assert.Contains("SparseLanguage.SparseLanguageModel on trn2.48xlarge (uncalibrated)", text);
        Assert.Contains("tokens/kWh", text);
        Assert.Contains("Uneven routing", text);
        Assert.Contains("all-to-all-v that the program asks for, which trn2.48xlarge may not offer", text);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "artifacts", "obj", "SparseLanguageModel", Configuration, "shardwright", "scale.SparseLanguage.SparseLanguageModel.json")));
        var points = json.RootElement.GetProperty("points").EnumerateArray().ToList();
        Assert.Equal([1, 1, 16, 16, 1024, 1024, 40000, 40000], points.Select(point => point.GetProperty("chips").GetInt32()));
        Assert.Equal([4, 2, 4, 2, 4, 2, 4, 2], points.Select(point => point.GetProperty("expert").GetInt32()));
        Assert.All(points, point => Assert.True(point.GetProperty("picoseconds").GetInt64() > 0));
        Assert.Equal(2, points[0].GetProperty("loadFactorMost").GetDouble());
    }

    [Fact]
    public void Build_BadValue_IsAnErrorWithACodeThatNamesTheProperty()
    {
        var (exitCode, text) = Build("SparseLanguageModel", "-p:ShardwrightScaleChips=many");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("error SHW7001: ShardwrightScaleChips: got 'many'; need whole numbers of chips above 0", text);
    }

    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private (int ExitCode, string Output) Build(string sample, params string[] properties)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Path.Combine(Root, "samples", sample), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["build", "--no-restore", "-tl:off", "-c", Configuration, "-t:ShardwrightScale", .. properties])
            start.ArgumentList.Add(argument);
        // A build inside a test run: no server may outlive it, and it must not take over the settings of the build around it.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        output.WriteLine(text);
        return (process.ExitCode, text);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Shardwright.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The repository is not around the tests.");
    }
}
