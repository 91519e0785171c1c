using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>An expected diagnostic, spelled out where markup does not say enough.</summary>
public readonly record struct DiagnosticResult(string Id, DiagnosticSeverity? Severity = null)
{
    public string? Path { get; init; }

    public LinePositionSpan? Span { get; init; }

    public bool StartOnly { get; init; }

    public int? Key { get; init; }

    public string? Message { get; init; }

    public object?[]? Arguments { get; init; }

    public DiagnosticResult WithLocation(int markupKey) => this with { Key = markupKey };

    public DiagnosticResult WithSpan(int startLine, int startColumn, int endLine, int endColumn)
        => this with { Span = new(new(startLine - 1, startColumn - 1), new(endLine - 1, endColumn - 1)) };

    public DiagnosticResult WithMessage(string message) => this with { Message = message };

    public DiagnosticResult WithArguments(params object?[] arguments) => this with { Arguments = arguments };
}
