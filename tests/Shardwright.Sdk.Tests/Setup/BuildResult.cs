using Microsoft.Build.Framework;
using Microsoft.Build.Logging.StructuredLogger;
using LoggedTask = Microsoft.Build.Logging.StructuredLogger.Task;

namespace Shardwright.Sdk.Tests.Setup;

/// <summary>What a command did, read from its binary log.</summary>
internal sealed class BuildResult(int exitCode, string output, string log)
{
    private readonly Lazy<Build> build = new(() => BinaryLog.ReadBuild(log));

    public int ExitCode => exitCode;

    public string Output => output;

    /// <summary>Errors and warnings as <c>code: text</c>.</summary>
    public string[] Problems => [.. Find<AbstractDiagnostic>().Where(d => d is Error or Warning).Select(d => $"{d.Code}: {d.Text}").Distinct()];

    /// <summary>Whether the C# compiler ran.</summary>
    public bool Compiled => Tasks("Csc").Length > 0;

    /// <summary>Targets of ours that ran a task.</summary>
    public string[] OwnTasks => [.. Find<LoggedTask>().Where(t => t.Name.StartsWith("Shardwright", StringComparison.Ordinal) || t.GetNearestParent<Target>() is { } target && target.Name.Contains("Shardwright", StringComparison.Ordinal))
        .Select(t => $"{t.GetNearestParent<Target>()?.Name}/{t.Name}")];

    /// <summary>The command line of the C# compiler.</summary>
    public string CompilerCommand => Assert.Single(Tasks("Csc")).CommandLineArguments ?? "";

    /// <summary>The single error, which must carry a link to its page.</summary>
    public string OnlyError(string code)
    {
        var error = Assert.Single(new BinLogReader().ReadRecords(log).Select(r => r.Args).OfType<BuildErrorEventArgs>().DistinctBy(e => (e.Code, e.Message)));
        Assert.Equal(code, error.Code);
        Assert.Equal("https://shardwright.dev/rules/" + code, error.HelpLink);
        return error.Message ?? "";
    }

    private LoggedTask[] Tasks(string name) => [.. Find<LoggedTask>().Where(t => t.Name == name)];

    private IEnumerable<T> Find<T>() where T : TreeNode => build.Value.FindChildrenRecursive<T>();
}
