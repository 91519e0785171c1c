using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>An expected diagnostic with its place resolved.</summary>
public sealed record Expected(string Id, string? Path, LinePositionSpan? Span, bool StartOnly, DiagnosticSeverity? Severity, string? Message, object?[]? Arguments)
{
    public bool Matches(Diagnostic actual)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        var place = actual.Location.GetLineSpan();
        return actual.Id == Id
            && (Span is { } s ? place.Path == Path && place.StartLinePosition == s.Start && (StartOnly || place.EndLinePosition == s.End) : actual.Location == Location.None)
            && (Severity is null || Severity == actual.Severity)
            && (Message is null || Message == actual.GetMessage(culture))
            && (Arguments is null || actual.GetMessage(culture) == string.Format(culture, actual.Descriptor.MessageFormat.ToString(culture), Arguments));
    }

    public Expected Shifted(int lines)
        => Span is { } s ? this with { Span = new(new(s.Start.Line + lines, s.Start.Character), new(s.End.Line + lines, s.End.Character)) } : this;

    // Most specific expectations choose first, so a vague one cannot steal their match.
    public int Weight => (Message is null ? 0 : 2) + (Arguments is null ? 0 : 2) + (StartOnly ? 0 : 1);

    public override string ToString() => $"{Id} at {Path}{(Span is { } s ? $"({s.Start.Line + 1},{s.Start.Character + 1})-({s.End.Line + 1},{s.End.Character + 1})" : " (no location)")} {Message}";
}

/// <summary>Sources without markup, and what is expected in them.</summary>
public sealed record Evaluated(ImmutableArray<(string Path, string Code)> Sources, ImmutableArray<Expected> Diagnostics)
{
    public static Evaluated From(SolutionState state, IEnumerable<DiagnosticDescriptor> descriptors, Func<string, bool>? ignore = null)
    {
        var sources = ImmutableArray.CreateBuilder<(string, string)>();
        var expected = ImmutableArray.CreateBuilder<Expected>();
        var keyed = new Dictionary<int, (string Path, LinePositionSpan Span)>();
        foreach (var (path, content) in state.Sources)
        {
            var (code, spans) = TestMarkup.Parse(content);
            sources.Add((path, code));
            var lines = SourceText.From(code).Lines;
            foreach (var span in spans)
            {
                var at = lines.GetLinePositionSpan(span.Text);
                if (span.Key.StartsWith('#'))
                {
                    keyed[int.Parse(span.Key[1..], System.Globalization.CultureInfo.InvariantCulture)] = (path, at);
                    continue;
                }
                var id = span.Key is "" or "$$" ? descriptors.Select(d => d.Id).Distinct().Single() : span.Key;
                if (ignore?.Invoke(id) != true)
                    expected.Add(new(id, path, at, span.Key == "$$", null, null, null));
            }
        }
        foreach (var d in state.ExpectedDiagnostics)
        {
            var (path, span) = d.Key is { } key ? (keyed[key].Path, keyed[key].Span) : d.Span is null ? (null, null) : (d.Path ?? state.Sources[0].Path, d.Span);
            expected.Add(new(d.Id, path, span, d.StartOnly, d.Severity, d.Message, d.Arguments));
        }
        return new(sources.ToImmutable(), expected.ToImmutable());
    }
}
