using System.Text;
using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>Writes a <see cref="PlanDocument"/>: a statement a line, indented like the program, so that a person can read it too.</summary>
public static class PlanWriter
{
    /// <summary>The document's text; lines end with <c>\n</c>.</summary>
    public static string Write(PlanDocument plan)
    {
        // The tables are complete when everything that refers to them is written.
        var tables = new PlanTables();
        var rest = new StringBuilder();
        Rest(rest, plan, tables);
        var text = new StringBuilder();
        text.Append("{\n  ").Append(Members(w => w.Member("version", PlanDocument.Version).Member("model", plan.Model).Member("data", plan.Placement.Data).Member("expert", plan.Placement.Expert)
            .Member("expertInnermost", plan.Placement.ExpertInnermost).Member("batch", plan.Batch).Member("tokensPerSequence", plan.TokensPerSequence).Member("microBatches", plan.MicroBatches))).Append(",\n  ");
        text.Append(Members(w => w.Member("target", plan.Target).Member("plannedPicoseconds", plan.PlannedPicoseconds))).Append(",\n  ");
        if (plan.MachineText is not null)
            text.Append(Members(w => w.Member("machine", plan.MachineText))).Append(",\n  ");
        text.Append("\"sources\":[");
        Lines(text, tables.Sources.Select(source => Array(w => w.Value(source.File).Value(source.Line).Value(source.Text))), "    ");
        text.Append("],\n  \"values\":[");
        Lines(text, tables.Values.Select(value => new JsonWriter().Value(value).ToString()), "    ");
        return text.Append("],\n  ").Append(rest).Append("]\n}").ToString();
    }

    private static void Rest(StringBuilder text, PlanDocument plan, PlanTables tables)
    {
        if (plan.Source is not null)
            text.Append("\"source\":").Append(tables.Source(plan.Source)).Append(",\n  ");
        text.Append("\"memory\":").Append(Object(w => Memory(w, plan.Memory))).Append(",\n  \"frames\":[");
        Lines(text, plan.Memory.Frames.Select(frame => Array(w => Frame(w, frame))), "    ");
        text.Append("],\n  \"buffers\":[");
        Lines(text, plan.Buffers.Select(buffer => Array(w => Buffer(w, buffer, tables))), "    ");
        text.Append("],\n  \"findings\":[");
        Lines(text, plan.Findings.Select(finding => Object(w => Finding(w, finding, tables))), "    ");
        text.Append("],\n  \"sites\":[");
        Lines(text, plan.Program.Sites.Select(site => Object(w => Site(w, site))), "    ");
        text.Append("],\n  \"slots\":").Append(plan.Program.Slots).Append(",\n  \"step\":[");
        Nodes(text, plan.Program.Nodes, tables, "    ");
    }

    private static void Nodes(StringBuilder text, IReadOnlyList<TimedNode> nodes, PlanTables tables, string indent)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            text.Append(i > 0 ? ",\n" : "\n").Append(indent);
            if (nodes[i] is TimedLoop loop)
            {
                string head = Members(w => w.Member("loop", loop.Name).Member("count", loop.Count).Member("kind", loop.IsMicroBatches ? "microBatches" : loop.IsBackward ? "backward" : "forward"));
                text.Append('{').Append(head).Append(Weights(loop)).Append(",\"body\":[");
                Nodes(text, loop.Body, tables, indent + "  ");
                text.Append("]}");
            }
            else
                text.Append(Object(w => Op(w, (TimedOp)nodes[i], tables)));
        }
    }

    private static string Weights(TimedLoop loop)
    {
        string members = Members(w =>
        {
            Amount(w, "weights", loop.Weights);
            Amount(w, "gradients", loop.Gradients);
        });
        return members.Length == 0 ? "" : "," + members;
    }

    private static void Op(JsonWriter w, TimedOp op, PlanTables tables)
    {
        w.Member("op", op.Index).Member("name", op.Name);
        if (op.Place is not null)
            w.Member("at", tables.Source(op.Place));
        w.Member("phase", op.Phase.ToString());
        if (op.IsRecomputed)
            w.Member("recomputed", true);
        if (op.Site >= 0)
            w.Member("site", op.Site);
        if (!op.Chunk.IsWhole)
            Numbers(w, "chunk", [op.Chunk.Index, op.Chunk.Count]);
        if (op.Work.Products.Count > 0)
        {
            w.Name("products").BeginArray();
            foreach (var p in op.Work.Products)
                w.BeginArray().Value(p.Count).Value(p.Rows).Value(p.Inner).Value(p.Columns).Value(p.Format.ToString()).Value(p.Routed.ToString()).EndArray();
            w.EndArray();
        }
        Amount(w, "vector", op.Work.VectorElements);
        Amount(w, "scalar", op.Work.ScalarElements);
        Amount(w, "gpSimd", op.Work.GpSimdElements);
        Amount(w, "read", op.Work.ReadBytes);
        Amount(w, "write", op.Work.WriteBytes);
        if (op.Work.PayloadBytes > 0)
            w.Member("payload", op.Work.PayloadBytes);
        if (op.Collective is { } c)
        {
            w.Name("collective").BeginObject().Member("kind", c.Kind.ToString()).Member("group", c.Group.ToString()).Member("exchange", c.Exchange.ToString()).Member("rowBytes", c.RowBytes);
            Amount(w, "bytes", c.Bytes);
            w.EndObject();
        }
        Numbers(w, "reads", op.Reads);
        Numbers(w, "writes", op.Writes);
        if (op.Results.Count > 0)
            Numbers(w, "results", [.. op.Results.Select(tables.Value)]);
        if (op.Operands.Count > 0)
            Numbers(w, "operands", [.. op.Operands.Select(tables.Value)]);
    }

    private static void Frame(JsonWriter w, PlanFrame frame)
    {
        foreach (int number in (int[])[frame.Begin, frame.End, frame.BackwardBegin, frame.BackwardEnd, frame.Saved, frame.Forward, frame.Arriving, frame.Backward, frame.Leaving])
            w.Value(number);
        w.BeginArray();
        foreach (long bytes in frame.Temporaries)
            w.Value(bytes);
        w.EndArray();
    }

    /// <summary>Name, class, first and last statement, bytes or [bytes a row, expert group], and the source where there is one.</summary>
    private static void Buffer(JsonWriter w, PlanBuffer buffer, PlanTables tables)
    {
        w.Value(buffer.Name).Value(buffer.Class.ToString()).Value(buffer.First).Value(buffer.Last);
        if (buffer.Site < 0)
            w.Value(buffer.Bytes);
        else
            w.BeginArray().Value(buffer.BytesPerRow).Value(buffer.Site).EndArray();
        if (buffer.Source is not null)
            w.Value(tables.Source(buffer.Source));
    }

    private static void Finding(JsonWriter w, PlanFinding finding, PlanTables tables)
    {
        w.Member("rule", finding.Rule).Member("severity", finding.Severity.ToString()).Member("title", finding.Title).Member("message", finding.Message);
        if (finding.Source is not null)
            w.Member("at", tables.Source(finding.Source));
        if (finding.SavedPicoseconds is { } saved)
            w.Member("savedPicoseconds", saved);
    }

    private static void Memory(JsonWriter w, PlanMemory memory)
    {
        Amount(w, "weights", memory.Weights);
        Amount(w, "gradients", memory.Gradients);
        Amount(w, "optimizer", memory.Optimizer);
        Amount(w, "largestOutside", memory.LargestOutside);
        w.Member("workspace", memory.Workspace).Member("workspacePerRank", memory.WorkspacePerRank).Member("peak", memory.PeakBytes).Member("worstPeak", memory.WorstPeakBytes)
            .Member("reserved", memory.Reserved).Member("temporaries", memory.Temporaries);
        Numbers(w, "savedBytesPerRow", memory.SavedBytesPerRow);
        Numbers(w, "workingBytesPerRow", memory.WorkingBytesPerRow);
    }

    private static void Site(JsonWriter w, TimedSite site)
    {
        w.Member("path", site.Path).Member("experts", site.Experts).Member("topK", site.TopK).Member("layers", site.Layers).Member("tokensPerRank", site.TokensPerRank);
        if (site.IsGrouped)
            w.Member("grouped", true);
        if (site.Placement != TimedSite.StaticPlacement)
            w.Member("placement", site.Placement).Member("slots", site.Slots).Member("leastTokens", site.LeastTokens);
        if (site.MostCopies is { } most)
            w.Member("mostCopies", most);
        if (site.Groups > 1)
            w.Member("groups", site.Groups).Member("keptGroups", site.KeptGroups);
    }

    /// <summary>A number when it is fixed, else [fixed, per row, per expert]; nothing for zero.</summary>
    private static void Amount(JsonWriter w, string name, Amount amount)
    {
        if (amount == default)
            return;
        w.Name(name);
        if (amount.IsFixed)
            w.Value(amount.Fixed);
        else
            w.BeginArray().Value(amount.Fixed).Value(amount.PerRow).Value(amount.PerExpert).EndArray();
    }

    private static void Numbers(JsonWriter w, string name, IReadOnlyList<int> numbers)
    {
        w.Name(name).BeginArray();
        foreach (int number in numbers)
            w.Value(number);
        w.EndArray();
    }

    private static string Object(Action<JsonWriter> write)
    {
        var w = new JsonWriter();
        w.BeginObject();
        write(w);
        return w.EndObject().ToString();
    }

    private static string Array(Action<JsonWriter> write)
    {
        var w = new JsonWriter();
        w.BeginArray();
        write(w);
        return w.EndArray().ToString();
    }

    private static string Members(Action<JsonWriter> write)
    {
        string text = Object(write);
        return text.Substring(1, text.Length - 2);
    }

    private static void Lines(StringBuilder text, IEnumerable<string> items, string indent) => text.Append(string.Join(",", items.Select(item => "\n" + indent + item)));
}
