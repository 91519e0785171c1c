namespace Shardwright.Hardware;

/// <summary>Reads a machine from a JSON file of the published schema.</summary>
public static class MachineFile
{
    /// <summary>Reads and checks a machine.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="MachineFileException">Something is missing, unknown or out of range; the message names file, line, what was found and what is needed.</exception>
    public static Machine Read(string json, string path) => MachineBuilder.Build(MachineTree.Read(json, path));
}

/// <summary>A machine file that cannot be used. The message begins with file, line and column.</summary>
/// <param name="problem">What was found and what is needed.</param>
/// <param name="path">The file.</param>
/// <param name="line">Line, from 1.</param>
/// <param name="column">Column, from 1.</param>
public sealed class MachineFileException(string problem, string path, int line, int column) : Exception($"{path}({line},{column}): {problem}")
{
    /// <summary>What was found and what is needed, without the place.</summary>
    public string Problem { get; } = problem;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column, from 1.</summary>
    public int Column { get; } = column;
}
