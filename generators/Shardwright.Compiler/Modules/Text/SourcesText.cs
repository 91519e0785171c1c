using Shardwright.Hardware.Json;

namespace Shardwright.Compiler.Modules.Text;

/// <summary>Where a site lies: <c>[site, file, line, column, end line, end column, text]</c>, the file by its number in <c>files</c>.</summary>
internal static class SourcesText
{
    public static void Write(JsonWriter w, SourceSite site, int file)
        => w.BeginArray().Value(site.Site).Value(file).Value(site.Line).Value(site.Column).Value(site.EndLine).Value(site.EndColumn).Text(site.Text).EndArray();

    public static SourceSite Read(JsonValue value, IReadOnlyList<string> files)
    {
        var items = value.Items(7);
        int file = items[1].Integer();
        if (file < 0 || file >= files.Count)
            throw items[1].Error($"found {file}; need the number of one of {files.Count} files");
        return new(items[0].Integer(), OneLine(items[1], files[file]), items[2].Integer(), items[3].Integer(), items[4].Integer(), items[5].Integer(), OneLine(items[6], items[6].Text()));
    }

    /// <summary>It is printed behind <c>//</c>: a line break would end the comment.</summary>
    static string OneLine(JsonValue place, string text) => text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') ? throw place.Error("found a line break; need text on one line") : text;
}
