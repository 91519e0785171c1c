using System.Text;

namespace Shardwright.Tasks;

/// <summary>Files that are whole or not there at all, and keep their time when their text stays the same.</summary>
internal static class ReportFiles
{
    /// <summary>Writes a text as UTF-8 without a mark.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return;
        string written = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(written, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            if (File.Exists(path))
                File.Replace(written, path, destinationBackupFileName: null);
            else
                File.Move(written, path);
        }
        finally
        {
            File.Delete(written);
        }
    }
}
