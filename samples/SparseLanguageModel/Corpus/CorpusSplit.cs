using System.Text;

namespace SparseLanguage.Corpus;

/// <summary>One text file: its name within the corpus (with '/' as separator) and its bytes.</summary>
public sealed record CorpusFile(string Name, byte[] Text);

/// <summary>Divides a corpus into training and validation by file, the same way on every machine that has the same files.</summary>
public static class CorpusSplit
{
    private const int ValidationShare = 10;     // one byte in ten

    /// <summary>
    /// Files in the order of their names' hashes go to validation while it stays within a tenth of the bytes, so a file that is a large part of the corpus always trains.
    /// Where no file fits, the smallest one validates. A single file is cut: its last tenth validates. An empty list gives two empty parts.
    /// </summary>
    public static (byte[] Training, byte[] Validation) ByFile(IReadOnlyList<CorpusFile> files)
    {
        if (files.Count == 0)
            return ([], []);
        if (files.Count == 1)
            return Cut(files[0].Text);

        var budget = files.Sum(file => (long)file.Text.Length) / ValidationShare;
        var validation = new HashSet<CorpusFile>(ReferenceEqualityComparer.Instance);
        foreach (var file in files.OrderBy(file => Hash(file.Name)).ThenBy(file => file.Name, StringComparer.Ordinal))
        {
            if (file.Text.Length > budget)
                continue;
            budget -= file.Text.Length;
            validation.Add(file);
        }
        if (validation.Count == 0)
            validation.Add(files.MinBy(file => (file.Text.Length, Hash(file.Name)))!);

        var inOrder = files.OrderBy(file => file.Name, StringComparer.Ordinal).ToArray();
        return (Join(inOrder.Where(file => !validation.Contains(file))), Join(inOrder.Where(validation.Contains)));
    }

    private static (byte[], byte[]) Cut(byte[] text)
    {
        var cut = text.Length - text.Length / ValidationShare;
        while (cut > 0 && cut < text.Length && (text[cut] & 0xC0) == 0x80)      // never inside a UTF-8 sequence
            cut--;
        return (text[..cut], text[cut..]);
    }

    private static byte[] Join(IEnumerable<CorpusFile> files)
    {
        var parts = files.ToArray();
        if (parts.Sum(file => (long)file.Text.Length) > Array.MaxLength)
            throw new CorpusException($"the text is larger than {Array.MaxLength} bytes; give a smaller folder");
        var joined = new byte[parts.Sum(file => file.Text.Length)];
        var at = 0;
        foreach (var file in parts)
        {
            file.Text.CopyTo(joined, at);
            at += file.Text.Length;
        }
        return joined;
    }

    /// <summary>FNV-1a, 64 bits, of the UTF-8 name: string.GetHashCode differs from run to run.</summary>
    private static ulong Hash(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ value) * 1099511628211UL;
        return hash;
    }
}
