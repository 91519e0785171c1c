using System.Text.Json;
using Shardwright.Tests.Shared;
using SparseLanguage;

namespace Shardwright.Sample.Tests;

/// <summary>The program through its entry function, as the command line runs it.</summary>
public sealed class ProgramTests
{
    private static readonly string Sentences = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog.\nReturns the number of elements.\n", 40));

    [Theory]
    [InlineData("--steps", "-1")]
    [InlineData("--steps", "many")]
    [InlineData("--steps", "1.5")]
    [InlineData("--steps", "99999999999")]
    [InlineData("--steps")]
    [InlineData("--seed", "-1")]
    [InlineData("--seed", "lucky")]
    [InlineData("--seed", "18446744073709551616")]
    [InlineData("--seed", "1", "--seed", "2")]
    [InlineData("--text")]
    [InlineData("--text", "/no/such/text")]
    [InlineData("--text", "")]
    [InlineData("--text", "a\0b")]
    [InlineData("--json")]
    [InlineData("--json", "")]
    [InlineData("--json", "/no/such/folder/report.json")]
    [InlineData("--trace")]
    [InlineData("--trace", "")]
    [InlineData("--trace", "/no/such/folder/trace.json")]
    [InlineData("--minutes", "2")]
    [InlineData("stray")]
    [InlineData("@stray")]
    public void Run_BadOptions_IsOneLineAndExitCodeTwo(params string[] arguments) => AssertRefused(arguments);

    [Fact]
    public void Run_FolderWithoutText_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("picture.bin", [1, 0, 2]);
        Directory.CreateDirectory(Path.Combine(folder.Root, "empty"));

        AssertRefused("--text", folder.Root);
        AssertRefused("--text", Path.Combine(folder.Root, "empty"));
        AssertRefused("--text", Path.Combine(folder.Root, "picture.bin"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(1280)]
    public void Run_TooShortText_IsRefused(int length)
    {
        using var folder = new TemporaryFolder();

        AssertRefused("--text", folder.Write("short.txt", new string('a', length)));
    }

    [Fact]
    public void Run_JsonPathIsAFolder_IsRefusedAndNothingIsLeftBehind()
    {
        using var folder = new TemporaryFolder();

        AssertRefused("--json", folder.Root);
        AssertRefused("--trace", folder.Root);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Run_UnreadableFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("secret.txt", Sentences);
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(path, UnixFileMode.None);
        // An administrator reads every file; there is nothing to refuse then.
        if (Environment.IsPrivilegedProcess)
            return;

        AssertRefused("--text", path);
        AssertRefused("--text", folder.Root);
    }

    [Fact]
    public void Run_Help_IsExitCodeZeroAndNamesEveryOption()
    {
        var (exitCode, output, error) = Run(["--help"]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.All(new[] { "--steps", "--seed", "--text", "--json", "--trace", "--quiet", "--freeze-experts" }, option => Assert.Contains(option, output));
    }

    [Fact]
    public void Run_TwoStepsQuietly_IsOneLineAndTheAgreedJson()
    {
        using var folder = new TemporaryFolder();
        var (text, json) = (folder.Write("text.txt", Sentences), Path.Combine(folder.Root, "report.json"));

        var (exitCode, output, error) = Run(["--steps", "2", "--seed", "7", "--text", text, "--json", json, "--quiet"]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        var root = report.RootElement;
        Assert.Equal(
            ["steps", "seed", "ranks", "losses", "validationLossBefore", "validationLossAfter", "trigramLoss", "tokensPerSecond",
                "plannedPeakBytesPerRank", "liveLowerBoundBytesPerRank", "allocatedBytesPerStep", "bytesByCollective", "emulatedStep"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal((2, 7ul, 2), (root.GetProperty("steps").GetInt32(), root.GetProperty("seed").GetUInt64(), root.GetProperty("losses").GetArrayLength()));
        // Logits of small initial weights are near zero, so an untrained model is near uniform over 256 bytes: ln 256 = 5.545.
        Assert.InRange(root.GetProperty("validationLossBefore").GetSingle(), 5f, 6.5f);
        Assert.True(root.GetProperty("plannedPeakBytesPerRank").GetInt64() >= root.GetProperty("liveLowerBoundBytesPerRank").GetInt64());
        var step = root.GetProperty("emulatedStep");
        Assert.Equal(("trn2.48xlarge", "uncalibrated"), (step.GetProperty("machine").GetString(), step.GetProperty("calibration").GetString()));
        // A random router is not even, so the busiest rank makes the step longer than planned.
        Assert.InRange(step.GetProperty("emulatedMilliseconds").GetDouble(), step.GetProperty("predictedMilliseconds").GetDouble(), 10);
        Assert.InRange(step.GetProperty("mfu").GetDouble(), 0.001, 1);
        Assert.Equal(["report.json", "text.txt"], Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Run_WithTrace_WritesTheLastStepForAViewer()
    {
        using var folder = new TemporaryFolder();
        var (text, json, file) = (folder.Write("text.txt", Sentences), Path.Combine(folder.Root, "report.json"), Path.Combine(folder.Root, "trace.json"));

        var (exitCode, _, error) = Run(["--steps", "2", "--text", text, "--json", json, "--trace", file, "--quiet"]);

        Assert.Equal((0, ""), (exitCode, error));
        using var stream = File.OpenRead(file);
        var trace = ChromeTrace.Parse(stream);
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(4, trace.Processes.Count);
        Assert.Equal(report.RootElement.GetProperty("emulatedStep").GetProperty("emulatedMilliseconds").GetDouble(), trace.Slices.Max(e => e.End) / 1e9, tolerance: 1e-9);
        Assert.Equal(["report.json", "text.txt", "trace.json"], Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Run_TraceOfNoStep_SaysThatThereIsNone()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Root, "trace.json");

        var (exitCode, _, error) = Run(["--steps", "0", "--text", folder.Write("text.txt", Sentences), "--trace", file, "--quiet"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("nothing was traced", error);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Run_SameSeedTwice_GivesTheSameLossesToTheBit()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", Sentences);

        Assert.Equal(Losses("1"), Losses("1"));
        Assert.NotEqual(Losses("1"), Losses("2"));

        string Losses(string seed)
        {
            var json = Path.Combine(folder.Root, "report.json");
            Assert.Equal(0, Run(["--steps", "2", "--seed", seed, "--text", text, "--json", json, "--quiet"]).ExitCode);
            using var report = JsonDocument.Parse(File.ReadAllText(json));
            return report.RootElement.GetProperty("losses").GetRawText();
        }
    }

    [Fact]
    public void Run_FrozenExperts_StartsFromTheSameLoss()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.txt", Sentences);

        Assert.Equal(Before(), Before("--freeze-experts"));

        string Before(params string[] more)
        {
            var json = Path.Combine(folder.Root, "report.json");
            Assert.Equal(0, Run(["--steps", "0", "--text", text, "--json", json, "--quiet", .. more]).ExitCode);
            using var report = JsonDocument.Parse(File.ReadAllText(json));
            return report.RootElement.GetProperty("validationLossBefore").GetRawText();
        }
    }

    [Fact]
    public void Run_ToAPipe_PrintsPlainLinesProgressTextAndSummary()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output, error) = Run(["--steps", "2", "--text", folder.Write("[text].txt", Sentences)]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.DoesNotContain('\e', output);
        Assert.All(new[] { "[text].txt", "trigram", "step", "tokens/s", "experts", "validation loss", "AllToAll" }, part => Assert.Contains(part, output));
    }

    [Fact]
    public void Run_AlreadyInterrupted_StillGivesSummaryAndJson()
    {
        using var folder = new TemporaryFolder();
        var json = Path.Combine(folder.Root, "report.json");

        var (exitCode, output, error) = Run(["--steps", "5", "--text", folder.Write("text.txt", Sentences), "--json", json], new CancellationToken(canceled: true));

        Assert.Equal((130, ""), (exitCode, error));
        Assert.Contains("interrupted", output);
        using var report = JsonDocument.Parse(File.ReadAllText(json));
        Assert.Equal(0, report.RootElement.GetProperty("steps").GetInt32());
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("validationLossAfter").ValueKind);
    }

    private static void AssertRefused(params string[] arguments)
    {
        var (exitCode, output, error) = Run(arguments);

        Assert.Equal((2, ""), (exitCode, output));
        var line = Assert.Single(error.TrimEnd('\n', '\r').Split('\n'));
        Assert.InRange(line.Length, 10, 400);
        Assert.DoesNotContain("   at ", line);
    }

    private static (int ExitCode, string Output, string Error) Run(string[] arguments, CancellationToken stop = default)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = Program.Run(arguments, output, error, stop);
        return (exitCode, output.ToString(), error.ToString());
    }
}
