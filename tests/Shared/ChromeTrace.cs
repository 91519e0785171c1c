using System.Globalization;
using System.Text.Json;

namespace Shardwright.Tests.Shared;

/// <summary>An event; times in picoseconds.</summary>
public sealed record ChromeEvent(string Phase, string Name, string Category, int Process, int Thread, long Start, long Duration, long Id, IReadOnlyDictionary<string, JsonElement> Arguments)
{
    public long End => Start + Duration;

    /// <summary>Start and end in microseconds as a viewer computes them, in double precision.</summary>
    public required (double Start, double End) Shown { get; init; }

    public long Integer(string argument) => Arguments[argument].GetInt64();
}

/// <summary>
/// A reader of Chrome traces that takes nothing on trust: fields and their types, names of every process and thread, events nested in their thread, arrows in pairs that both stand on an event, counters at or above zero.
/// A trace that breaks a rule is a <see cref="FormatException"/>.
/// </summary>
public sealed class ChromeTrace
{
    private static readonly string[] Metadata = ["process_name", "process_sort_index", "thread_name", "thread_sort_index"];

    public List<ChromeEvent> Events { get; } = [];

    public Dictionary<int, string> Processes { get; } = [];

    public Dictionary<(int Process, int Thread), string> Threads { get; } = [];

    public IEnumerable<ChromeEvent> Slices => Events.Where(e => e.Phase == "X");

    public IEnumerable<ChromeEvent> Counters => Events.Where(e => e.Phase == "C");

    /// <summary>Events of the threads with this name.</summary>
    public IEnumerable<ChromeEvent> On(string thread) => Slices.Where(e => Threads[(e.Process, e.Thread)] == thread);

    public static ChromeTrace Parse(Stream stream)
    {
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var trace = new ChromeTrace();
        foreach (var element in (root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("traceEvents")).EnumerateArray())
            trace.Read(element);
        trace.RequireNames();
        foreach (var thread in trace.Slices.GroupBy(e => (e.Process, e.Thread)))
            RequireNesting(thread);
        trace.RequireArrows();
        return trace;
    }

    private void Read(JsonElement element)
    {
        string phase = Text(element, "ph"), name = Text(element, "name");
        int process = element.GetProperty("pid").GetInt32();
        var arguments = element.TryGetProperty("args", out var args) ? args.EnumerateObject().ToDictionary(a => a.Name, a => a.Value.Clone()) : [];
        switch (phase)
        {
            case "M":
                Require(Metadata.Contains(name), $"metadata '{name}'");
                if (name == "process_name")
                    Require(Processes.TryAdd(process, arguments["name"].GetString()!), $"process {process} is named twice");
                if (name == "thread_name")
                    Require(Threads.TryAdd((process, element.GetProperty("tid").GetInt32()), arguments["name"].GetString()!), $"a thread of process {process} is named twice");
                break;
            case "X":
                Events.Add(new(phase, name, Text(element, "cat"), process, element.GetProperty("tid").GetInt32(), Time(element, "ts"), Time(element, "dur"), 0, arguments) { Shown = (element.GetProperty("ts").GetDouble(), element.GetProperty("ts").GetDouble() + element.GetProperty("dur").GetDouble()) });
                Require(Events[^1].Duration > 0, $"'{name}' lasts no time");
                break;
            case "C":
                Require(arguments.Count > 0 && arguments.Values.All(value => value.GetDouble() >= 0), $"counter '{name}' is empty or negative");
                Events.Add(new(phase, name, "", process, 0, Time(element, "ts"), 0, 0, arguments) { Shown = default });
                break;
            case "s" or "f":
                Require(phase == "s" || Text(element, "bp") == "e", $"'{name}' ends at no enclosing event");
                Events.Add(new(phase, name, Text(element, "cat"), process, element.GetProperty("tid").GetInt32(), Time(element, "ts"), 0, element.GetProperty("id").GetInt64(), arguments) { Shown = default });
                break;
            default:
                throw new FormatException($"event '{name}' has the phase '{phase}'");
        }
    }

    private void RequireNames()
    {
        foreach (var e in Events)
        {
            Require(Processes.ContainsKey(e.Process), $"process {e.Process} has no name");
            Require(e.Phase == "C" || Threads.ContainsKey((e.Process, e.Thread)), $"thread {e.Thread} of process {e.Process} has no name");
        }
        foreach (var counter in Counters.GroupBy(e => (e.Process, e.Name)))
            Require(counter.Zip(counter.Skip(1)).All(pair => pair.First.Start <= pair.Second.Start), $"counter {counter.Key} goes back in time");
    }

    private static void RequireNesting(IEnumerable<ChromeEvent> thread)
    {
        var open = new Stack<ChromeEvent>();
        foreach (var e in thread.OrderBy(e => e.Shown.Start).ThenByDescending(e => e.Shown.End))
        {
            while (open.Count > 0 && open.Peek().Shown.End <= e.Shown.Start)
                open.Pop();
            Require(open.Count == 0 || e.Shown.End <= open.Peek().Shown.End, $"'{e.Name}' at {e.Start} ps overlaps '{(open.Count > 0 ? open.Peek().Name : "")}' in thread {e.Thread} of process {e.Process}");
            open.Push(e);
        }
    }

    private void RequireArrows()
    {
        var slices = Slices.ToLookup(e => (e.Process, e.Thread));
        foreach (var arrow in Events.Where(e => e.Phase is "s" or "f").GroupBy(e => e.Id))
        {
            Require(arrow.Select(e => e.Phase).SequenceEqual(["s", "f"]) && arrow.First().Start <= arrow.Last().Start, $"arrow {arrow.Key} has no beginning or no end");
            foreach (var end in arrow)
                Require(slices[(end.Process, end.Thread)].Any(e => e.Start <= end.Start && end.Start < e.End && e.Name == end.Name), $"arrow {arrow.Key} stands on no '{end.Name}'");
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new FormatException($"an event's '{name}' is empty");

    // Microseconds; a picosecond is the sixth decimal.
    private static long Time(JsonElement element, string name)
    {
        decimal picoseconds = decimal.Parse(element.GetProperty(name).GetRawText(), CultureInfo.InvariantCulture) * 1_000_000;
        Require(picoseconds >= 0 && Math.Abs(picoseconds - Math.Round(picoseconds)) < 0.01m, $"'{name}' is {picoseconds} ps");
        return (long)Math.Round(picoseconds);
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            throw new FormatException(what);
    }
}
