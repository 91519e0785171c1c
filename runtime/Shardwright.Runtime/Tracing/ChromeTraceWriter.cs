using System.Text.Encodings.Web;
using System.Text.Json;
using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>
/// A step as a Chrome trace, the object form. Times are microseconds with six decimals, so that no picosecond is lost. Format: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
/// </summary>
internal sealed partial class ChromeTraceWriter : IDisposable
{
    private const int FlushBytes = 1 << 16;

    private readonly StepTrace trace;
    private readonly TimedProgram program;
    private readonly IReadOnlyList<string> engines;
    private readonly Utf8JsonWriter json;

    public ChromeTraceWriter(StepTrace trace, Stream stream)
    {
        (this.trace, program, engines) = (trace, trace.Costs.Program, trace.Costs.Machine.EngineNames);
        // Not for a web page's script: names like "a · b" and "x + y" stay readable.
        json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void Write()
    {
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        About();
        json.WriteStartArray("traceEvents");
        var places = new StepPlaces(program);
        for (int rank = 0; rank < trace.Ranks.Count; rank++)
        {
            Names(rank);
            Rank(rank, places.Of(trace.Ranks[rank].Ops));
        }
        Arrows();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void Dispose() => json.Dispose();

    private void About()
    {
        var machine = trace.Costs.Machine;
        json.WriteStartObject("otherData");
        json.WriteString("model", trace.Model);
        if (trace.RoutedBy != RoutedBy.Router)
            json.WriteString("routedBy", $"{trace.RoutedBy}");
        json.WriteNumber("step", trace.Step);
        json.WriteString("machine", machine.Name);
        json.WriteString("calibration", machine.Calibration ?? "uncalibrated");
        json.WriteString("mesh", trace.Costs.Placement.ToString());
        json.WriteNumber("picoseconds", trace.Picoseconds);
        json.WriteEndObject();
    }

    private void Names(int rank)
    {
        int expert = trace.Costs.Placement.Expert;
        Name("process_name", rank, null, "name", $"rank {rank} · expert data {rank / expert} · expert {rank % expert}");
        Name("process_sort_index", rank, null, "sort_index", rank);
        foreach (var (lane, name) in TraceLanes.All(trace.Costs.Machine))
        {
            Name("thread_name", rank, lane, "name", name);
            Name("thread_sort_index", rank, lane, "sort_index", lane);
        }
    }

    private void Name(string kind, int rank, int? lane, string argument, object value)
    {
        json.WriteStartObject();
        json.WriteString("ph", "M");
        json.WriteString("name", kind);
        json.WriteNumber("pid", rank);
        if (lane is { } thread)
            json.WriteNumber("tid", thread);
        json.WriteStartObject("args");
        if (value is int number)
            json.WriteNumber(argument, number);
        else
            json.WriteString(argument, (string)value);
        json.WriteEndObject();
        End();
    }

    private void Rank(int rank, StepPlace[] places)
    {
        var ops = trace.Ranks[rank].Ops;
        foreach (var span in ProgramSpans.Of(program, ops, places))
        {
            Slice(span.Name, Category(span.Phase), rank, TraceLanes.Program, span.Start, span.End);
            End();
        }
        long latest = 0, live = -1;
        for (int i = 0; i < ops.Count; i++)
        {
            if (program.Ops[ops[i].Op].Collective is null)
                Computation(rank, ops[i], places[i]);
            else
                Communication(rank, ops[i], places[i]);
            // Memory changes in program order, while a later statement may start earlier on another engine.
            latest = Math.Max(latest, ops[i].Start);
            if (ops[i].LiveBytes != live)
                Counter("HBM", rank, latest, "bytes", live = ops[i].LiveBytes);
        }
        Counter("HBM", rank, trace.Picoseconds, "bytes", Math.Max(0, live));
        Links(rank, ops);
        Imbalance(rank, ops);
    }

    private void Begin(string phase, string name, string category, int rank, int lane, long picoseconds)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteString("cat", category);
        json.WriteNumber("pid", rank);
        json.WriteNumber("tid", lane);
        Time("ts", picoseconds);
    }

    // A viewer adds start and duration as doubles. Where the sum rounds up, an event would overlap the one that follows at once, so its duration loses a few of the picosecond's billionths.
    private void Slice(string name, string category, int rank, int lane, long start, long end)
    {
        Begin("X", name, category, rank, lane, start);
        decimal duration = (end - start) / 1_000_000m, written = duration;
        for (decimal less = 1e-9m; (double)(start / 1_000_000m) + (double)written > (double)(end / 1_000_000m); less *= 2)
            written = duration - less;
        json.WriteNumber("dur", written);
    }

    private void Time(string name, long picoseconds) => json.WriteNumber(name, picoseconds / 1_000_000m);

    private void End()
    {
        json.WriteEndObject();
        if (json.BytesPending > FlushBytes)
            json.Flush();
    }

    private static string Category(StepPhase phase) => phase switch { StepPhase.Forward => "forward", StepPhase.Backward => "backward", _ => "update" };
}
