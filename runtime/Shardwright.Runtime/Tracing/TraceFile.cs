using System.IO.Compression;

namespace Shardwright.Execution;

/// <summary>Writes a trace to a file, whole or not at all.</summary>
internal static class TraceFile
{
    /// <summary>Above this, viewers are slow to load plain text; traces compress to about a twentieth.</summary>
    public const long PlainLimit = 64L << 20;

    /// <summary>The path that was written: <paramref name="path"/>, or with .gz added when the text exceeds <paramref name="plainLimit"/>.</summary>
    public static string Save(string path, Action<Stream> write, long plainLimit = PlainLimit)
    {
        string temporary = Temporary(path);
        try
        {
            bool compressed = IsCompressed(path);
            using (var file = File.Create(temporary))
                if (compressed)
                    Compress(file, write);
                else
                    write(file);
            if (!compressed && new FileInfo(temporary).Length > plainLimit)
                return Save(path + ".gz", stream => Copy(temporary, stream), plainLimit);
            File.Move(temporary, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static bool IsCompressed(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static void Compress(Stream file, Action<Stream> write)
    {
        using var gzip = new GZipStream(file, CompressionLevel.Optimal);
        write(gzip);
    }

    private static void Copy(string source, Stream target)
    {
        using var file = File.OpenRead(source);
        file.CopyTo(target);
    }

    private static string Temporary(string path) => $"{Path.GetFullPath(path)}.{Environment.ProcessId}.tmp";
}
