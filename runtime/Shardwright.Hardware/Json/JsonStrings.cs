using System.Globalization;
using System.Text;

namespace Shardwright.Hardware.Json;

/// <summary>Strings of JSON: escapes read, escapes written.</summary>
internal static class JsonStrings
{
    /// <summary>Reads a string from its opening quote to behind its closing one. Lone surrogates are errors: they cannot be written as UTF-8.</summary>
    public static string Read(JsonCursor cursor)
    {
        cursor.Advance();
        var result = new StringBuilder();
        while (!cursor.Take('"'))
        {
            if (cursor.AtEnd)
                throw cursor.Error("the text ends inside a string");
            char c = cursor.Current;
            if (c < ' ')
                throw cursor.Error($"found {cursor.Describe()} inside a string; need it as \\u{(int)c:x4}");
            if (c == '\\')
                ReadEscape(cursor, result);
            else
                ReadPlain(cursor, result);
        }

        return result.ToString();
    }

    /// <summary>Escapes for a string in double quotes that may also stand in an HTML script element: no <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c>, U+2028 or U+2029 remain.</summary>
    public static void Write(StringBuilder target, string text)
    {
        target.Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool pair = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (pair)
                target.Append(c).Append(text[++i]);
            else if (c is '"' or '\\')
                target.Append('\\').Append(c);
            else if (c == '\n')
                target.Append("\\n");
            else if (c == '\t')
                target.Append("\\t");
            else if (c < ' ' || c == '\x7f' || c is '<' or '>' or '&' or '\u2028' or '\u2029' or '\uFEFF' || char.IsSurrogate(c))
                target.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                target.Append(c);
        }

        target.Append('"');
    }

    /// <summary>For messages: control characters and surrogates as escapes, at most 60 characters.</summary>
    public static string Printable(string text)
    {
        var result = new StringBuilder();
        foreach (char c in text)
        {
            if (result.Length >= 60)
                return result.Append('…').ToString();
            if (char.IsControl(c) || char.IsSurrogate(c))
                result.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                result.Append(c);
        }

        return result.ToString();
    }

    private static void ReadPlain(JsonCursor cursor, StringBuilder result)
    {
        char c = cursor.Current;
        if (char.IsLowSurrogate(c))
            throw cursor.Error("half of a surrogate pair inside a string");
        cursor.Advance();
        result.Append(c);
        if (!char.IsHighSurrogate(c))
            return;
        if (!char.IsLowSurrogate(cursor.Current))
            throw cursor.Error("half of a surrogate pair inside a string");
        result.Append(cursor.Current);
        cursor.Advance();
    }

    private static void ReadEscape(JsonCursor cursor, StringBuilder result)
    {
        cursor.Advance();
        char c = cursor.Current;
        int index = "\"\\/bfnrt".IndexOf(c);
        if (index >= 0)
        {
            cursor.Advance();
            result.Append("\"\\/\b\f\n\r\t"[index]);
            return;
        }

        if (c != 'u')
            throw cursor.Error($"found {cursor.Describe()} after '\\'; need one of \" \\ / b f n r t u");
        char unit = ReadUnit(cursor);
        result.Append(unit);
        if (char.IsLowSurrogate(unit))
            throw cursor.Error("half of a surrogate pair inside a string");
        if (!char.IsHighSurrogate(unit))
            return;
        cursor.Need('\\', "the second half of a surrogate pair as '\\uXXXX'");
        char second = ReadUnit(cursor);
        if (!char.IsLowSurrogate(second))
            throw cursor.Error("half of a surrogate pair inside a string");
        result.Append(second);
    }

    private static char ReadUnit(JsonCursor cursor)
    {
        cursor.Need('u', "'u'");
        int unit = 0;
        for (int i = 0; i < 4; i++)
        {
            int digit = "0123456789abcdef".IndexOf(char.ToLowerInvariant(cursor.Current));
            if (digit < 0 || cursor.Current > 'f')
                throw cursor.Error($"found {cursor.Describe()}; need a hexadecimal digit");
            unit = 16 * unit + digit;
            cursor.Advance();
        }

        return (char)unit;
    }
}
