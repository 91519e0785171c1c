namespace SparseLanguage.Training;

/// <summary>Files that a run writes when it ends.</summary>
public static class OutputFile
{
    /// <summary>Throws what creating <paramref name="path"/> at the end of the run would throw, so that a bad path costs no training.</summary>
    /// <exception cref="IOException"/>
    /// <exception cref="UnauthorizedAccessException"/>
    public static void RequireWritable(string path)
    {
        if (Directory.Exists(path))
            throw new IOException("is a folder, need a file name");
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new IOException($"no such folder: {folder}");
        var temporary = Temporary(path);
        File.Create(temporary).Dispose();
        File.Delete(temporary);
    }

    /// <summary>A name beside the target, to write under and then rename.</summary>
    public static string Temporary(string path) => $"{Path.GetFullPath(path)}.{Environment.ProcessId}.tmp";
}
