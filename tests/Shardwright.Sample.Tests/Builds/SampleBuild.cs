using System.Diagnostics;

namespace Shardwright.Sample.Tests.Builds;

/// <summary><c>dotnet build</c> of the samples, as a user types it, but of the samples alone: what they reference was built with these tests, and other tests read it meanwhile. Classes of this name's collection build one after the other: they share an obj folder.</summary>
internal static class SampleBuild
{
    private static readonly string Root = FindRoot();

    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>Where the build tasks write.</summary>
    public static string ReportFolder(string sample) => Path.Combine(Root, "artifacts", "obj", sample, Configuration, "shardwright");

    /// <summary>Builds a sample with further arguments; everything it printed is in the test's output too.</summary>
    public static (int ExitCode, string Output) Run(ITestOutputHelper output, string sample, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Path.Combine(Root, "samples", sample), RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["build", "--no-restore", "-tl:off", "-c", Configuration, "-p:BuildProjectReferences=false", .. arguments])
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
