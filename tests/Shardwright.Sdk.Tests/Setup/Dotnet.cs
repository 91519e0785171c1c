using System.Diagnostics;
using System.Text;

namespace Shardwright.Sdk.Tests.Setup;

/// <summary>Runs the real <c>dotnet</c>, without what this test run's own environment would tell it.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // A test host hands these down; a build inside a test would take them for its own. CI would change defaults of the SDK.
    private static readonly string[] Foreign = ["MSBUILD", "DOTNET_", "TESTINGPLATFORM", "NUGET_PACKAGES", "CI", "GITHUB_", "TF_BUILD", "Shardwright"];

    /// <summary>Exit code and everything that the command wrote.</summary>
    public static (int ExitCode, string Output) Run(string folder, string home, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Settings.DotnetHost, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        Clean(start.Environment, home);
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', start.ArgumentList)} ran for more than {Limit.TotalMinutes:F0} minutes:\n{output}");
        }
        process.WaitForExit();      // and for the last lines
        lock (output)
            return (process.ExitCode, output.ToString());

        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not null)
                lock (output)
                    output.Append(line.Data).Append('\n');
        }
    }

    private static void Clean(IDictionary<string, string?> environment, string home)
    {
        foreach (string name in environment.Keys.Where(n => Foreign.Any(f => n.StartsWith(f, StringComparison.OrdinalIgnoreCase))).ToArray())
            environment.Remove(name);
        environment["DOTNET_CLI_HOME"] = home;
        environment["XDG_DATA_HOME"] = home;        // where file-based programs are built
        environment["LOCALAPPDATA"] = home;
        environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = environment["DOTNET_NOLOGO"] = environment["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        // Nothing may outlive the tests: neither build nodes nor a compiler server, which would hold on to the packages' assemblies.
        environment["MSBUILDDISABLENODEREUSE"] = "1";
        environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        environment["UseSharedCompilation"] = "false";
    }
}
