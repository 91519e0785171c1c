using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Shardwright.Compiler.Advice;

namespace Shardwright.Analyzers;

/// <summary>Fixes on their way through a diagnostic's properties, from the analyzer to the code fix.</summary>
public static class FixProperties
{
    const string Count = "fixes";

    /// <summary>Writes fixes whose edits lie at the additional locations from <paramref name="firstLocation"/> on, in order.</summary>
    public static ImmutableDictionary<string, string?> Write(IReadOnlyList<Fix> fixes, int firstLocation)
    {
        var properties = ImmutableDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        if (fixes.Count == 0)
            return properties.ToImmutable();
        properties.Add(Count, Text(fixes.Count));
        for (int i = 0, location = firstLocation; i < fixes.Count; i++)
        {
            properties.Add($"fix{Text(i)}", fixes[i].Title);
            properties.Add($"fix{Text(i)}.edits", Text(fixes[i].Edits.Count));
            for (int k = 0; k < fixes[i].Edits.Count; k++, location++)
                properties.Add($"fix{Text(i)}.{Text(k)}", $"{fixes[i].Edits[k].Kind};{Text(location)};{fixes[i].Edits[k].Value}");
        }
        return properties.ToImmutable();
    }

    /// <summary>The fixes of a diagnostic, each with its edits and the places that they change.</summary>
    public static IEnumerable<(string Title, IReadOnlyList<(EditKind Kind, Location At, string Value)> Edits)> Read(Diagnostic diagnostic)
    {
        for (int i = 0; i < Number(diagnostic, Count); i++)
            yield return (diagnostic.Properties[$"fix{Text(i)}"] ?? "", [.. Enumerable.Range(0, Number(diagnostic, $"fix{Text(i)}.edits")).Select(k => Edit(diagnostic, diagnostic.Properties[$"fix{Text(i)}.{Text(k)}"] ?? ""))]);
    }

    static (EditKind, Location, string) Edit(Diagnostic diagnostic, string text)
    {
        var parts = text.Split([';'], 3);
        return ((EditKind)Enum.Parse(typeof(EditKind), parts[0]), diagnostic.AdditionalLocations[int.Parse(parts[1], CultureInfo.InvariantCulture)], parts[2]);
    }

    static int Number(Diagnostic diagnostic, string key) => diagnostic.Properties.TryGetValue(key, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
