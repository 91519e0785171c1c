namespace Shardwright.Hardware.Json;

/// <summary>What a JSON value is.</summary>
public enum JsonKind
{
    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A number; finite as a double.</summary>
    Number,

    /// <summary>A string.</summary>
    String,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object; its names are unique and keep the order of the text.</summary>
    Object,
}

/// <summary>A member of an object, with the place of its name.</summary>
/// <param name="Name">The name, unescaped.</param>
/// <param name="Value">The value.</param>
/// <param name="Line">Line of the name, from 1.</param>
/// <param name="Column">Column of the name, from 1.</param>
public sealed record JsonMember(string Name, JsonValue Value, int Line, int Column);

/// <summary>An immutable JSON value that knows where it stood.</summary>
public sealed class JsonValue
{
    private static readonly IReadOnlyList<JsonValue> NoItems = [];
    private static readonly IReadOnlyList<JsonMember> NoMembers = [];

    internal JsonValue(JsonKind kind, string path, int line, int column)
    {
        Kind = kind;
        Path = path;
        Line = line;
        Column = column;
    }

    /// <summary>What it is.</summary>
    public JsonKind Kind { get; }

    /// <summary>Name of the text it comes from.</summary>
    public string Path { get; }

    /// <summary>Line of its first character, from 1.</summary>
    public int Line { get; }

    /// <summary>Column of its first character in UTF-16 units, from 1.</summary>
    public int Column { get; }

    /// <summary>The truth value; false for every other kind.</summary>
    public bool Boolean { get; internal init; }

    /// <summary>The number; 0 for every other kind.</summary>
    public double Number { get; internal init; }

    /// <summary>A string's characters, or a number as it was written; empty for every other kind.</summary>
    public string Text { get; internal init; } = "";

    /// <summary>An array's values.</summary>
    public IReadOnlyList<JsonValue> Items { get; internal init; } = NoItems;

    /// <summary>An object's members, in the order of the text.</summary>
    public IReadOnlyList<JsonMember> Members { get; internal init; } = NoMembers;

    /// <summary>The value of a member; null when there is none of that name.</summary>
    public JsonValue? this[string name]
    {
        get
        {
            foreach (var member in Members)
            {
                if (member.Name == name)
                    return member.Value;
            }

            return null;
        }
    }

    /// <summary>Reads one JSON value and nothing after it.</summary>
    /// <param name="text">The text; a byte order mark at its start is skipped.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="deepest">How deep arrays and objects may nest.</param>
    /// <exception cref="JsonException">The text is no JSON; line and column say where.</exception>
    public static JsonValue Parse(string text, string path = "text", int deepest = 100) => new JsonReader(text, path, deepest).ReadDocument();

    /// <summary>The kind with an article, for messages: <c>a number</c>.</summary>
    public string KindName => Kind switch
    {
        JsonKind.Null => "null",
        JsonKind.Boolean => "a truth value",
        JsonKind.Number => "a number",
        JsonKind.String => "a string",
        JsonKind.Array => "an array",
        _ => "an object",
    };
}
