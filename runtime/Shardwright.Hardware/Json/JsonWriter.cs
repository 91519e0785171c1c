using System.Globalization;
using System.Text;

namespace Shardwright.Hardware.Json;

/// <summary>
/// Writes JSON that depends on nothing but what is written: no culture, no runtime. Line ends are <c>\n</c>. Strings are escaped so that the text can stand inside an HTML script element.
/// </summary>
/// <param name="indent">Spaces a level; 0 writes one line.</param>
public sealed class JsonWriter(int indent = 0)
{
    private readonly StringBuilder text = new();
    private readonly Stack<char> open = new();
    private bool first = true;
    private bool afterName;

    /// <summary>Whether what is written now stays on its line, though the text is indented.</summary>
    public bool IsInline { get; set; }

    /// <summary>Begins an object.</summary>
    public JsonWriter BeginObject() => Begin('{', '}');

    /// <summary>Ends the object that was begun last.</summary>
    /// <exception cref="InvalidOperationException">The innermost open value is no object, or a name has no value.</exception>
    public JsonWriter EndObject() => End('}');

    /// <summary>Begins an array.</summary>
    public JsonWriter BeginArray() => Begin('[', ']');

    /// <summary>Ends the array that was begun last.</summary>
    /// <exception cref="InvalidOperationException">The innermost open value is no array.</exception>
    public JsonWriter EndArray() => End(']');

    /// <summary>The name of the next value.</summary>
    /// <exception cref="InvalidOperationException">No object is open, or a name has no value.</exception>
    public JsonWriter Name(string name)
    {
        if (afterName || open.Count == 0 || open.Peek() != '}')
            throw new InvalidOperationException($"the name '{name}' does not stand in an object");
        Separate();
        JsonStrings.Write(text, name);
        text.Append(indent > 0 ? ": " : ":");
        afterName = true;
        return this;
    }

    /// <summary>A string; null writes <c>null</c>.</summary>
    public JsonWriter Value(string? value)
    {
        if (value is null)
            return Raw("null");
        Before();
        JsonStrings.Write(text, value);
        return this;
    }

    /// <summary>A number, as text that reads back to the same double.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Infinity or NaN.</exception>
    public JsonWriter Value(double value) => Raw(JsonNumbers.Format(value));

    /// <summary>A whole number.</summary>
    public JsonWriter Value(long value) => Raw(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A truth value.</summary>
    public JsonWriter Value(bool value) => Raw(value ? "true" : "false");

    /// <summary>Name and value.</summary>
    public JsonWriter Member(string name, string? value) => Name(name).Value(value);

    /// <summary>Name and value.</summary>
    public JsonWriter Member(string name, double value) => Name(name).Value(value);

    /// <summary>Name and value.</summary>
    public JsonWriter Member(string name, long value) => Name(name).Value(value);

    /// <summary>Name and value.</summary>
    public JsonWriter Member(string name, bool value) => Name(name).Value(value);

    /// <summary>What was written.</summary>
    /// <exception cref="InvalidOperationException">A value is still open.</exception>
    public override string ToString() => open.Count == 0 ? text.ToString() : throw new InvalidOperationException($"{open.Count} values are still open");

    private JsonWriter Raw(string value)
    {
        Before();
        text.Append(value);
        return this;
    }

    private JsonWriter Begin(char start, char end)
    {
        Before();
        text.Append(start);
        open.Push(end);
        first = true;
        return this;
    }

    private JsonWriter End(char end)
    {
        if (afterName || open.Count == 0 || open.Peek() != end)
            throw new InvalidOperationException($"'{end}' closes nothing");
        open.Pop();
        if (!first)
            NewLine();
        text.Append(end);
        first = false;
        return this;
    }

    private void Before()
    {
        if (afterName)
        {
            afterName = false;
            return;
        }

        if (open.Count == 0 ? text.Length > 0 : open.Peek() == '}')
            throw new InvalidOperationException(open.Count == 0 ? "a text holds one value" : "a value in an object needs a name");
        Separate();
    }

    private void Separate()
    {
        if (open.Count == 0)
        {
            first = false;
            return;
        }

        if (!first)
            text.Append(',');
        first = false;
        NewLine();
    }

    private void NewLine()
    {
        if (indent > 0 && !IsInline)
            text.Append('\n').Append(' ', indent * open.Count);
    }
}
