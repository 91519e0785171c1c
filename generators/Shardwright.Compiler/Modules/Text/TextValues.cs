using System.Globalization;
using Shardwright.Hardware.Json;

namespace Shardwright.Compiler.Modules.Text;

/// <summary>The values that the form is made of. Every reading checks what it finds and names the place where it found something else.</summary>
internal static class TextValues
{
    public static JsonException Error(this JsonValue value, string problem) => new(problem, value.Path, value.Line, value.Column);

    static JsonValue Need(this JsonValue value, JsonKind kind, string need) => value.Kind == kind ? value : throw value.Error($"found {value.KindName}; need {need}");

    public static IReadOnlyList<JsonValue> Array(this JsonValue value) => value.Need(JsonKind.Array, "an array").Items;

    public static bool Flag(this JsonValue value) => value.Need(JsonKind.Boolean, "true or false").Boolean;

    public static int Integer(this JsonValue value)
        => int.TryParse(value.Need(JsonKind.Number, "a whole number").Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : throw value.Error($"found {value.Text}; need a whole number of 32 bits");

    public static long Long(this JsonValue value)
        => long.TryParse(value.Need(JsonKind.Number, "a whole number").Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw value.Error($"found {value.Text}; need a whole number of 64 bits");

    /// <summary>A double; JSON has no infinity and no NaN, so those are strings.</summary>
    public static JsonWriter Number(this JsonWriter writer, double number)
        => double.IsNaN(number) || double.IsInfinity(number) ? writer.Value(number.ToString(CultureInfo.InvariantCulture)) : writer.Value(number);

    public static double Number(this JsonValue value) => value switch
    {
        // .NET Framework reads "-0" as +0.
        { Kind: JsonKind.Number, Text: "-0" } => -0.0,
        { Kind: JsonKind.Number } => value.Number,
        { Kind: JsonKind.String, Text: "NaN" } => double.NaN,
        { Kind: JsonKind.String, Text: "Infinity" } => double.PositiveInfinity,
        { Kind: JsonKind.String, Text: "-Infinity" } => double.NegativeInfinity,
        _ => throw value.Error($"found {value.KindName}; need a number"),
    };

    /// <summary>Any string of C#: one with half a surrogate pair, which no text can hold, is an array of its UTF-16 units.</summary>
    public static JsonWriter Text(this JsonWriter writer, string text)
    {
        if (IsWellFormed(text))
            return writer.Value(text);
        writer.BeginArray();
        foreach (char unit in text)
            writer.Value((long)unit);
        return writer.EndArray();
    }

    public static string Text(this JsonValue value) => value.Kind == JsonKind.Array
        ? new([.. value.Items.Select(unit => unit.Integer() is >= 0 and <= char.MaxValue and var code ? (char)code : throw unit.Error($"found {unit.Text}; need a UTF-16 unit"))])
        : value.Need(JsonKind.String, "a string").Text;

    public static string? OptionalText(this JsonValue value) => value.Kind == JsonKind.Null ? null : value.Text();

    /// <summary>A name of C#, perhaps with dots or the suffix of a second local: it becomes part of emitted code.</summary>
    public static string Name(this JsonValue value)
        => value.Text() is { Length: > 0 } name && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '#' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.Format)
            ? name : throw value.Error("found something that is no name of C#");

    public static string? OptionalName(this JsonValue value) => value.Kind == JsonKind.Null ? null : value.Name();

    /// <summary>One of a few words.</summary>
    public static string OneOf(this JsonValue value, params string[] words)
        => value.Text() is var word && System.Array.IndexOf(words, word) >= 0 ? word : throw value.Error($"found '{word}'; need one of {string.Join(" ", words)}");

    /// <summary>The items of an array of <paramref name="least"/> to <paramref name="most"/> items.</summary>
    public static IReadOnlyList<JsonValue> Items(this JsonValue value, int least, int most)
        => value.Array() is var items && items.Count >= least && items.Count <= most ? items : throw value.Error($"found {value.Items.Count} items; need {(least == most ? $"{least}" : $"at least {least}")}");

    public static IReadOnlyList<JsonValue> Items(this JsonValue value, int count) => value.Items(count, count);

    static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        return true;
    }
}
