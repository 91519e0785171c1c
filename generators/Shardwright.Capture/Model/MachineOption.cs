using Shardwright.Compiler;
using Shardwright.Hardware;

namespace Shardwright.Capture.Model;

/// <summary>A file of <c>ShardwrightMachine</c>: a machine of the user's, or what is wrong with it and where.</summary>
public sealed record MachineOption(MachineText? Machine, string Path, string Error, int Line, int Column)
{
    /// <summary>The metadata of an additional file that says that it is one.</summary>
    public const string Metadata = "build_metadata.AdditionalFiles.ShardwrightMachine";

    public static MachineOption Read(string path, string? text)
    {
        if (text is null)
            return new(null, path, "the file cannot be read", 1, 1);
        try
        {
            return new(new(MachineFile.Read(text, path).Name, path, text), path, "", 0, 0);
        }
        catch (MachineFileException error)
        {
            return new(null, path, error.Problem, error.Line, error.Column);
        }
    }
}
