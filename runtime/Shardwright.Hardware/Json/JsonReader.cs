using System.Globalization;

namespace Shardwright.Hardware.Json;

/// <summary>Strict recursive descent over a string. Depth is limited, so that no input overflows the stack.</summary>
internal sealed class JsonReader(string text, string path, int deepest)
{
    private readonly JsonCursor cursor = new(text, path);

    private int depth;

    public JsonValue ReadDocument()
    {
        cursor.SkipByteOrderMark();
        cursor.SkipSpace();
        var value = ReadValue();
        cursor.SkipSpace();
        if (!cursor.AtEnd)
            throw cursor.Error($"found {cursor.Describe()} after the value; need the end of the text");
        return value;
    }

    private JsonValue ReadValue()
    {
        (int line, int column) = cursor.Place;
        switch (cursor.Current)
        {
            case '{':
                return ReadObject(line, column);
            case '[':
                return ReadArray(line, column);
            case '"':
                return new(JsonKind.String, path, line, column) { Text = JsonStrings.Read(cursor) };
            case 't':
                cursor.Expect("true");
                return new(JsonKind.Boolean, path, line, column) { Boolean = true };
            case 'f':
                cursor.Expect("false");
                return new(JsonKind.Boolean, path, line, column);
            case 'n':
                cursor.Expect("null");
                return new(JsonKind.Null, path, line, column);
            case '-' or (>= '0' and <= '9'):
                return ReadNumber(line, column);
            default:
                throw cursor.Error($"found {cursor.Describe()}; need a value");
        }
    }

    private JsonValue ReadObject(int line, int column)
    {
        Enter();
        cursor.Advance();
        cursor.SkipSpace();
        var members = new List<JsonMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!cursor.Take('}'))
        {
            do
            {
                cursor.SkipSpace();
                members.Add(ReadMember(names));
                cursor.SkipSpace();
            }
            while (cursor.Take(','));
            cursor.Need('}', "',' or '}'");
        }

        depth--;
        return new(JsonKind.Object, path, line, column) { Members = members.AsReadOnly() };
    }

    private JsonMember ReadMember(HashSet<string> names)
    {
        (int line, int column) = cursor.Place;
        if (cursor.Current != '"')
            throw cursor.Error($"found {cursor.Describe()}; need a name in double quotes");
        string name = JsonStrings.Read(cursor);
        if (!names.Add(name))
            throw new JsonException($"the name '{JsonStrings.Printable(name)}' occurs twice in one object", path, line, column);
        cursor.SkipSpace();
        cursor.Need(':', "':'");
        cursor.SkipSpace();
        return new(name, ReadValue(), line, column);
    }

    private JsonValue ReadArray(int line, int column)
    {
        Enter();
        cursor.Advance();
        cursor.SkipSpace();
        var items = new List<JsonValue>();
        if (!cursor.Take(']'))
        {
            do
            {
                cursor.SkipSpace();
                items.Add(ReadValue());
                cursor.SkipSpace();
            }
            while (cursor.Take(','));
            cursor.Need(']', "',' or ']'");
        }

        depth--;
        return new(JsonKind.Array, path, line, column) { Items = items.AsReadOnly() };
    }

    private void Enter()
    {
        if (++depth > deepest)
            throw cursor.Error($"nested deeper than {deepest}");
    }

    private JsonValue ReadNumber(int line, int column)
    {
        int start = cursor.Index;
        cursor.Take('-');
        if (!cursor.Take('0'))
            cursor.Digits();
        if (cursor.Take('.'))
            cursor.Digits();
        if (cursor.Take('e') || cursor.Take('E'))
        {
            if (!cursor.Take('+'))
                cursor.Take('-');
            cursor.Digits();
        }

        string written = cursor.From(start);
        return new(JsonKind.Number, path, line, column) { Text = written, Number = Value(written, line, column) };
    }

    private double Value(string written, int line, int column)
    {
        // .NET answers infinity for what does not fit, .NET Framework throws.
        bool read = double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        if (!read || double.IsInfinity(value))
            throw new JsonException("a number beyond the range of a double", path, line, column);
        return value;
    }
}
