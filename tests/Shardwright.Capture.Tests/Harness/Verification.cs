using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>Compares found with expected diagnostics; its text can be pasted into a test.</summary>
public static class Verification
{
    public static void Verify(IEnumerable<Diagnostic> actual, ImmutableArray<Expected> expected, string context)
    {
        var left = actual.ToList();
        var missing = new List<Expected>();
        foreach (var e in expected.OrderByDescending(e => e.Weight))
            if (left.FindIndex(e.Matches) is >= 0 and var index)
                left.RemoveAt(index);
            else
                missing.Add(e);
        if (missing.Count == 0 && left.Count == 0)
            return;

        var text = new StringBuilder($"{context}: {missing.Count} expected diagnostic(s) missing, {left.Count} unexpected.\n");
        foreach (var e in missing)
            text.AppendLine($"  - expected {e}");
        foreach (var d in left)
        {
            var s = d.Location.GetLineSpan();
            text.AppendLine($"  + actual   {d}");
            text.AppendLine($"             new DiagnosticResult(\"{d.Id}\").WithSpan({s.StartLinePosition.Line + 1}, {s.StartLinePosition.Character + 1}, {s.EndLinePosition.Line + 1}, {s.EndLinePosition.Character + 1})");
        }
        throw new InvalidOperationException(text.ToString());
    }
}
