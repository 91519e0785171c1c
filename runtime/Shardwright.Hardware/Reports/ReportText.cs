using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Reports;

/// <summary>Members of a report that occur in many places.</summary>
internal static class ReportText
{
    /// <summary>An object on a line of its own.</summary>
    public static void Line(JsonWriter w, Action members)
    {
        w.BeginObject();
        w.IsInline = true;
        members();
        w.EndObject();
        w.IsInline = false;
    }

    public static void Source(JsonWriter w, string name, PlanSource? source)
    {
        w.Name(name);
        if (source is null)
            w.Value((string?)null);
        else
            w.BeginObject().Member("file", source.File).Member("line", Math.Max(1, source.Line)).Member("text", source.Text).EndObject();
    }

    public static void Number(JsonWriter w, string name, double? value)
    {
        if (value is { } number)
            w.Member(name, number);
        else
            w.Member(name, (string?)null);
    }

    public static void Number(JsonWriter w, string name, long? value)
    {
        if (value is { } number)
            w.Member(name, number);
        else
            w.Member(name, (string?)null);
    }

    public static void Texts(JsonWriter w, string name, IEnumerable<string> texts)
    {
        bool isInline = w.IsInline;
        w.Name(name).BeginArray();
        w.IsInline = true;
        foreach (string text in texts)
            w.Value(text);
        w.EndArray();
        w.IsInline = isInline;
    }

    public static void Numbers(JsonWriter w, string name, IEnumerable<long> numbers)
    {
        w.Name(name);
        Numbers(w, numbers);
    }

    /// <summary>Numbers on one line.</summary>
    public static void Numbers(JsonWriter w, IEnumerable<long> numbers)
    {
        bool isInline = w.IsInline;
        w.BeginArray();
        w.IsInline = true;
        foreach (long number in numbers)
            w.Value(number);
        w.EndArray();
        w.IsInline = isInline;
    }

    public static string Format(OperandFormat format) => format.ToString().ToLowerInvariant();

    public static string Class(MemoryClass kind) => kind switch
    {
        MemoryClass.SavedActivations => "saved activations",
        MemoryClass.RoutedRows => "routed rows",
        MemoryClass.ReplicaSlots => "replica slots",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
