using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>The events of statements, the counters and the arrows.</summary>
internal sealed partial class ChromeTraceWriter
{
    private static readonly Engine[] ComputeEngines = [Engine.Tensor, Engine.Vector, Engine.Scalar, Engine.GpSimd, Engine.Dma];

    // A statement's engines work on its tiles at the same time, after what every statement costs before they start (and, where a collective runs beside it, what that slows it down).
    private void Computation(int rank, in TracedOp op, StepPlace place)
    {
        var statement = program.Ops[op.Op];
        foreach (var engine in ComputeEngines)
        {
            if (op.Times[engine] == 0)
                continue;
            long start = op.End - op.Times.Slowest;
            Slice(statement.Name, Category(statement.Phase), rank, TraceLanes.Of(engine), start, start + op.Times[engine]);
            json.WriteStartObject("args");
            Statement(statement, place);
            json.WriteString("bound", engines[(int)op.Times.Bound]);
            json.WriteNumber("flops", op.Times.Flops);
            json.WriteNumber("bytes", op.Times.HbmBytes);
            json.WriteNumber("beforeEnginesNs", (op.End - op.Start - op.Times.Slowest) / 1000m);
            json.WriteEndObject();
            End();
        }
    }

    private void Communication(int rank, in TracedOp op, StepPlace place)
    {
        var statement = program.Ops[op.Op];
        if (op.Start > op.Arrival)
        {
            Slice("wait for " + statement.Name, Category(statement.Phase), rank, TraceLanes.Waiting, op.Arrival, op.Start);
            json.WriteStartObject("args");
            Statement(statement, place);
            json.WriteEndObject();
            End();
        }
        if (op.End == op.Start)
            return;
        Slice(statement.Name, Category(statement.Phase) + ",collective", rank, TraceLanes.Of(Engine.Collective), op.Start, op.End);
        json.WriteStartObject("args");
        Statement(statement, place);
        json.WriteString("kind", statement.Collective!.Kind.ToString());
        json.WriteString("group", statement.Collective.Group.ToString());
        json.WriteString("algorithm", op.Cost.Algorithm);
        json.WriteNumber("bytes", op.Cost.LinkBytes);
        json.WriteString("bound", op.Cost.Latency * 2 > op.Cost.Picoseconds ? "latency" : "links");
        if (statement.Collective is { MovesReplicas: true } moved)
        {
            json.WriteNumber("replicas", op.Load.Replicas);
            json.WriteNumber("replicaBytes", (long)op.Load.Replicas * moved.RowBytes);
        }
        json.WriteEndObject();
        End();
    }

    private void Statement(TimedOp statement, StepPlace place)
    {
        json.WriteNumber("op", statement.Index);
        if (statement.Source.Length > 0)
            json.WriteString("source", statement.Source);
        json.WriteString("phase", Category(statement.Phase));
        if (place.Layer.Length > 0)
            json.WriteString("layer", place.Layer);
        if (place.MicroBatch >= 0)
            json.WriteNumber("microBatch", place.MicroBatch);
        if (statement.Site >= 0)
            json.WriteString("experts", program.Sites[statement.Site].Path);
    }

    // Bytes over time is bytes a picosecond: 1,000 of it are one GB/s.
    private void Links(int rank, IReadOnlyList<TracedOp> ops)
    {
        long idleSince = -1;
        foreach (var op in ops)
        {
            if (program.Ops[op.Op].Collective is null || op.End == op.Start)
                continue;
            if (idleSince >= 0 && idleSince != op.Start)
                Counter("link", rank, idleSince, "GB/s", 0);
            else if (idleSince < 0 && op.Start > 0)
                Counter("link", rank, 0, "GB/s", 0);
            Counter("link", rank, op.Start, "GB/s", Math.Round(1000m * op.Cost.LinkBytes / (op.End - op.Start), 3));
            idleSince = op.End;
        }
        if (idleSince >= 0)
            Counter("link", rank, idleSince, "GB/s", 0);
    }

    // Of the layer whose rows are exchanged: the same on all ranks of an expert group, so its first rank shows it.
    private void Imbalance(int rank, IReadOnlyList<TracedOp> ops)
    {
        if (rank % trace.Costs.Placement.Expert != 0)
            return;
        foreach (var op in ops)
            if (op.Load is { MeanRows: > 0 } load && program.Ops[op.Op].Collective is not { MovesReplicas: true })
            {
                Counter("imbalance at home", rank, op.Start, "busiest / mean", Math.Round((decimal)load.LargestReceiveAtHome / load.MeanRows, 4));
                Counter("imbalance", rank, op.Start, "busiest / mean", Math.Round((decimal)load.LargestReceive / load.MeanRows, 4));
            }
    }

    private void Counter(string name, int rank, long picoseconds, string unit, decimal value)
    {
        json.WriteStartObject();
        json.WriteString("ph", "C");
        json.WriteString("name", name);
        json.WriteNumber("pid", rank);
        Time("ts", picoseconds);
        json.WriteStartObject("args");
        json.WriteNumber(unit, value);
        json.WriteEndObject();
        End();
    }

    // From the rank that came last, for which the others waited, to each of them.
    private void Arrows()
    {
        int id = 0;
        foreach (var meeting in TraceMeetings.Of(trace))
            foreach (int other in meeting.Others)
            {
                id++;
                Arrow("s", meeting.Last);
                Arrow("f", other);

                void Arrow(string end, int rank)
                {
                    Begin(end, program.Ops[meeting.Op].Name, "collective", rank, TraceLanes.Of(Engine.Collective), meeting.Start);
                    json.WriteNumber("id", id);
                    if (end == "f")
                        json.WriteString("bp", "e");
                    End();
                }
            }
    }
}
