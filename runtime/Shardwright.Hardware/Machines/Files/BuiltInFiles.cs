using System.Collections.Concurrent;

namespace Shardwright.Hardware;

/// <summary>The machine files inside this assembly, by name: <c>trn2.48xlarge</c>, <c>chips/Trainium2</c>.</summary>
internal static class BuiltInFiles
{
    private const string Root = "machines/";
    private const string Extension = ".json";

    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    /// <summary>All names, sorted by code unit.</summary>
    public static IReadOnlyList<string> Names { get; } = typeof(BuiltInFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Root, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
        .Select(name => name.Substring(Root.Length, name.Length - Root.Length - Extension.Length))
        .OrderBy(name => name, StringComparer.Ordinal)
        .ToList()
        .AsReadOnly();

    /// <summary>The text of a file; null when there is none.</summary>
    public static string? Text(string name) => Names.Contains(name) ? Texts.GetOrAdd(name, Load) : null;

    private static string Load(string name)
    {
        using var stream = typeof(BuiltInFiles).Assembly.GetManifestResourceStream(Root + name + Extension);
        using var reader = new StreamReader(stream!);
        return reader.ReadToEnd();
    }
}
