using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Capture.Model;

namespace Shardwright.Generators.Pipeline;

/// <summary>What the build says: mesh, project directory, off switch.</summary>
internal sealed record Settings(MeshOption Mesh, string? ProjectDirectory, bool IsDisabled)
{
    public static Settings Read(AnalyzerConfigOptions options) => new(
        MeshOption.Parse(Value(options, MeshOption.Property)),
        Value(options, "build_property.ProjectDir"),
        string.Equals(Value(options, "build_property.DisableShardwrightGenerator"), "true", StringComparison.OrdinalIgnoreCase));

    static string? Value(AnalyzerConfigOptions options, string name) => options.TryGetValue(name, out var value) ? value : null;
}
