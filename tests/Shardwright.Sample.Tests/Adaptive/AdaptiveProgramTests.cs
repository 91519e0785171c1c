namespace Shardwright.Sample.Tests.Adaptive;

/// <summary>The comparison through its entry function, as the command line runs it.</summary>
public sealed class AdaptiveProgramTests
{
    [Theory]
    [InlineData("--steps", "0")]
    [InlineData("--steps", "many")]
    [InlineData("--topic-steps", "0")]
    [InlineData("--seed", "-1")]
    [InlineData("--placement", "static")]
    [InlineData("--placement")]
    [InlineData("--machine", "trn9")]
    [InlineData("--machine", "")]
    [InlineData("--text", "/no/such/folder")]
    [InlineData("--order", "invariant")]
    [InlineData("stray")]
    public void Run_BadOptions_IsOneLineAndExitCodeTwo(params string[] arguments) => AssertRefused(arguments);

    [Fact]
    public void Run_OneTopic_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("long.txt", new string('a', 1000));
        folder.Write("short.txt", "too short for a window");

        AssertRefused("--text", folder.Root);
    }

    [Fact]
    public void Run_MachineFileWithAMistake_IsRefusedAtItsLine()
    {
        using var folder = new TemporaryFolder();

        var error = AssertRefused("--machine", folder.Write("mine.json", "{\n  \"name\": \"mine\",\n  \"extends\": \"trn9\"\n}"));

        Assert.Contains("mine.json(3,", error);
    }

    [Fact]
    public void Run_Help_IsExitCodeZeroAndNamesEveryOption()
    {
        var (exitCode, output, error) = Run(["--help"]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.All(new[] { "--steps", "--seed", "--placement", "--machine", "--text", "--topic-steps", "--plain" }, option => Assert.Contains(option, output));
    }

    [Fact]
    public void Run_ToAPipe_PrintsPlainLinesAndTheTable()
    {
        using var folder = new TemporaryFolder();
        folder.Write("[one].txt", string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 20)));
        folder.Write("two.txt", string.Concat(Enumerable.Repeat("0123456789 ", 60)));

        var (exitCode, output, error) = Run(["--steps", "1", "--machine", "trn3.ultraserver64", "--text", folder.Root]);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.DoesNotContain('\e', output);
        Assert.All(new[] { "[one].txt", "trn3.ultraserver64", "static", "adaptive", "replicas", "(emulated)", "(measured)", "Losses have the same bits in all steps." }, part => Assert.Contains(part, output));
    }

    private static string AssertRefused(params string[] arguments)
    {
        var (exitCode, output, error) = Run(arguments);

        Assert.Equal((2, ""), (exitCode, output));
        var line = Assert.Single(error.TrimEnd('\n', '\r').Split('\n'));
        Assert.InRange(line.Length, 10, 400);
        Assert.DoesNotContain("   at ", line);
        return line;
    }

    private static (int ExitCode, string Output, string Error) Run(string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = AdaptiveExperts.Program.Run(arguments, output, error, CancellationToken.None);
        return (exitCode, output.ToString(), error.ToString());
    }
}
