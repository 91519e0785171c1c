using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Capture.Model;
using Shardwright.Compiler;

namespace Shardwright.Generators.Pipeline;

/// <summary>What the build says: mesh and number format, project directory, off switch.</summary>
internal sealed record Settings(CompilerOptions Options, EquatableArray<(string Got, string Need)> Errors, string? ProjectDirectory, bool IsDisabled)
{
    public static Settings Read(AnalyzerConfigOptions options)
    {
        var (compiler, errors) = BuildOptions.Read(options);
        return new(compiler, errors, Value(options, "build_property.ProjectDir"), string.Equals(Value(options, "build_property.DisableShardwrightGenerator"), "true", StringComparison.OrdinalIgnoreCase));
    }

    static string? Value(AnalyzerConfigOptions options, string name) => options.TryGetValue(name, out var value) ? value : null;
}
