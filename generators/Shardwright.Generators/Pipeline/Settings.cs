using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Capture.Model;
using Shardwright.Compiler;

namespace Shardwright.Generators.Pipeline;

/// <summary>What the build says: mesh and number format, project directory, off switch.</summary>
internal sealed record Settings(CompilerOptions Options, EquatableArray<(string Got, string Need)> Errors, string? ProjectDirectory, bool IsDisabled)
{
    /// <summary>Whether the assembly carries the graphs of its modules: <c>ShardwrightModuleGraphs</c>, true unless it says false.</summary>
    public bool PacksModules { get; init; }

    /// <summary>Machine files that cannot be used.</summary>
    public EquatableArray<MachineOption> BadMachines { get; init; }

    public static Settings Read(AnalyzerConfigOptions options, IEnumerable<MachineOption> machines)
    {
        var files = machines.OrderBy(m => m.Path, StringComparer.Ordinal).ToList();
        var (compiler, errors) = BuildOptions.Read(options, files.Select(m => m.Machine).OfType<MachineText>().ToEquatable());
        return new(compiler, errors, Value(options, "build_property.ProjectDir"), Is(options, "build_property.DisableShardwrightGenerator", "true", "yes", "on"))
        {
            PacksModules = !Is(options, "build_property.ShardwrightModuleGraphs", "false", "no", "off"),
            BadMachines = files.Where(m => m.Machine is null).ToEquatable(),
        };
    }

    // All the words that a condition of MSBuild takes for the same: the targets decide by such conditions.
    static bool Is(AnalyzerConfigOptions options, string name, params string[] values) => values.Contains(Value(options, name), StringComparer.OrdinalIgnoreCase);

    static string? Value(AnalyzerConfigOptions options, string name) => options.TryGetValue(name, out var value) ? value : null;
}
