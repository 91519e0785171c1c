using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests;

/// <summary>Captures classes of small programs.</summary>
internal static class Capturing
{
    public static CSharpCompilation Compile(params (string Path, string Code)[] sources)
        => new GeneratorTest(sources).Compilation;

    public static CapturedModule Capture(this Compilation compilation, string type) => ModuleCapture.Capture(compilation.GetTypeByMetadataName(type)!, compilation, "/project", default);

    /// <summary>A module with the given members, captured.</summary>
    public static CapturedModule Module(string members)
    {
        var compilation = Compile(("/project/M.cs", $$"""
            [Module]
            public sealed class M(int width, int heads = 4, bool gated = true)
            {
                public Parameter Weight { get; } = new(width, width);
                {{members}}
            }
            """));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        return compilation.Capture("M");
    }
}
