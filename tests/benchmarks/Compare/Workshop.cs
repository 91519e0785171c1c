using System.Diagnostics;
using System.Reflection;

namespace Compare;

/// <summary>Builds the programs to be compared in a temporary folder, one copy a variant.</summary>
internal sealed class Workshop(TextWriter output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shardwright-compare-").FullName;
    private int variants;

    /// <summary>The repository that this program was built from.</summary>
    public static string Root { get; } = typeof(Workshop).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Root").Value!;

    /// <summary>Builds a project of the repository with these properties; the result runs with the given arguments.</summary>
    /// <exception cref="Refusal">It does not build.</exception>
    public async Task<Contender> Build(string name, string project, string configuration, IEnumerable<string> properties, IEnumerable<string> arguments, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        string artifacts = Path.Combine(folder, "artifacts");
        var (code, log) = await Processes.Run(
            ["dotnet", "build", Path.Combine(Root, project), "-c", configuration, "-v", "q", "-nologo", $"-p:ArtifactsPath={artifacts}", .. properties.Select(property => "-p:" + property)], stop);
        if (code != 0)
        {
            string error = log.Split('\n').FirstOrDefault(line => line.Contains(": error ", StringComparison.Ordinal))?.Trim() ?? log.Trim();
            throw new Refusal($"{name}: {project} does not build: {error}");
        }
        // The next variant is built over this one, so that only what differs is compiled again.
        string program = Path.GetFileName(project), copy = Path.Combine(folder, $"{++variants}");
        Copy(Path.Combine(artifacts, "bin", program, configuration.ToLowerInvariant()), copy);
        output.WriteLine($"  built {name} in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        return new(name, ["dotnet", Path.Combine(copy, program + ".dll"), .. arguments]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
