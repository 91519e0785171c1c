namespace Shardwright.Hardware.Json;

/// <summary>Text that is not JSON (RFC 8259), or that this reader refuses: duplicate names, too deep, numbers beyond a double.</summary>
/// <param name="problem">What is wrong, without the place.</param>
/// <param name="path">Name of the text, for messages.</param>
/// <param name="line">Line, from 1.</param>
/// <param name="column">Column in UTF-16 units, from 1.</param>
public sealed class JsonException(string problem, string path, int line, int column) : Exception($"{path}({line},{column}): {problem}")
{
    /// <summary>What is wrong, without the place.</summary>
    public string Problem { get; } = problem;

    /// <summary>Name of the text.</summary>
    public string Path { get; } = path;

    /// <summary>Line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Column in UTF-16 units, from 1.</summary>
    public int Column { get; } = column;
}
