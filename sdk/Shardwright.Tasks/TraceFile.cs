using System.Globalization;
using Shardwright.Hardware;

namespace Shardwright.Tasks;

/// <summary>Reads a routing trace that a property names.</summary>
internal static class TraceFile
{
    /// <exception cref="ScaleException">It cannot be read, or is no trace.</exception>
    public static RecordedLoad Read(string path)
    {
        try
        {
            return RecordedLoad.Read(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ScaleException(ScaleRequest.TraceSetting, string.Format(CultureInfo.InvariantCulture, "{0} cannot be read: {1}", path, exception.Message));
        }
    }
}
