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
        var error = Assert.Single(Find<Error>().DistinctBy(e => (e.Code, e.Text)));
        Assert.Equal(code, error.Code);
        // The log keeps the link with the task that reported the error.
        Assert.All(Tasks("Error"), task => Assert.Equal("https://shardwright.dev/rules/" + code, Assert.Single(task.FindChildrenRecursive<Property>(), p => p.Name == "HelpLink").Value));
        return error.Text;
    }

    private LoggedTask[] Tasks(string name) => [.. Find<LoggedTask>().Where(t => t.Name == name)];

    private IEnumerable<T> Find<T>() where T : TreeNode => build.Value.FindChildrenRecursive<T>();
}
