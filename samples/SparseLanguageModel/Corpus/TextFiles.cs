namespace SparseLanguage.Corpus;

/// <summary>Any UTF-8 text: one file, or every text file below a folder.</summary>
public static class TextFiles
{
    /// <exception cref="CorpusException">Nothing there, not readable, or not text.</exception>
    public static TextCorpus Load(string path)
    {
        var files = Files(path);
        var (training, validation) = CorpusSplit.ByFile(files);
        return new TextCorpus(files.Count == 1 ? path : $"{path} ({files.Count} files)", training, validation);
    }

    /// <summary>The same text file by file; the name of a single one is its path.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static IReadOnlyList<CorpusFile> Files(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (File.Exists(full))
                return [Read(full, path) is { } file ? file : throw new CorpusException($"{path}: not text (it contains zero bytes); give UTF-8 text")];
            if (!Directory.Exists(full))
                throw new CorpusException($"{path}: no such file or folder");
            var files = Directory.EnumerateFiles(full, "*", Everything).Select(file => Read(file, Path.GetRelativePath(full, file))).OfType<CorpusFile>().Where(file => file.Text.Length > 0).ToArray();
            return files.Length > 0 ? files : throw new CorpusException($"{path}: no text in this folder; give a folder with UTF-8 text files");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CorpusException($"cannot read {path}: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }
    }

    /// <summary>Links are not followed (they may form a circle); hidden files are mostly not prose.</summary>
    private static EnumerationOptions Everything
        => new() { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System };

    /// <summary>Null for a file that is not text: one with a zero byte, which no text has and most other formats do.</summary>
    private static CorpusFile? Read(string path, string name)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        return bytes.Contains((byte)0) ? null : new CorpusFile(name.Replace(Path.DirectorySeparatorChar, '/'), bytes.ToArray());
    }
}
