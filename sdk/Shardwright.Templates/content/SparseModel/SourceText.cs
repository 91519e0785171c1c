using System.Text;

namespace Company.SparseModel1;

/// <summary>The text to learn: this program's own source, which the project embeds. Put your own in its place.</summary>
internal static class SourceText
{
    public static byte[] Read()
    {
        var assembly = typeof(SourceText).Assembly;
        using var text = new MemoryStream();
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            file.CopyTo(text);
            text.Write(Encoding.UTF8.GetBytes("\n"));
        }
        return text.ToArray();
    }

    /// <summary>Random windows of the text: each row of tokens [rows, length], and in targets the byte that follows each of them.</summary>
    public static void Sample(byte[] text, int length, Random random, Span<int> tokens, Span<int> targets)
    {
        for (int row = 0; row < tokens.Length; row += length)
        {
            int start = random.Next(text.Length - length);
            for (int i = 0; i < length; i++)
                (tokens[row + i], targets[row + i]) = (text[start + i], text[start + i + 1]);
        }
    }
}
