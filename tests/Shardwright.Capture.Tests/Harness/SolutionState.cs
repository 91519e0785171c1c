using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Tests.Harness;

public sealed class SourceList : List<(string Path, string Content)>
{
    public void Add(string content) => Add(($"/0/Test{Count}.cs", content));

    public void Add(string path, string content) => Add((path, content));
}

/// <summary>A project before or after a fix.</summary>
public sealed class SolutionState
{
    public SourceList Sources { get; } = [];

    public List<MetadataReference> AdditionalReferences { get; } = [];

    public List<DiagnosticResult> ExpectedDiagnostics { get; } = [];

    internal bool IsSet => Sources.Count > 0;
}
