using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Reports;

/// <summary>Writes what a report has pictures of.</summary>
internal static class PictureJson
{
    private const int LargestBuffers = 32;

    public static void Roofline(JsonWriter w, Roofline roofline)
    {
        w.Name("roofline").BeginObject().Name("computeRoofs").BeginArray();
        foreach (var roof in roofline.ComputeRoofs)
            ReportText.Line(w, () => w.Member("name", ReportText.Format(roof.Format) + " products").Member("format", ReportText.Format(roof.Format)).Member("flopsPerSecond", roof.FlopsPerSecond).Member("ridgeFlopsPerByte", roof.RidgeFlopsPerByte));
        w.EndArray().Name("memoryRoofs").BeginArray();
        foreach (var roof in roofline.MemoryRoofs)
            ReportText.Line(w, () => w.Member("name", roof.Name).Member("kind", roof.IsLinks ? "links" : "hbm").Member("bytesPerSecond", roof.BytesPerSecond));
        w.EndArray().Name("points").BeginArray();
        foreach (var point in roofline.Points)
            ReportText.Line(w, () => w.Member("operation", point.Operation.Op.Index).Member("format", ReportText.Format(point.Format)).Member("flops", point.Operation.Estimate.Times.Flops).Member("bytes", point.Operation.Estimate.Times.HbmBytes)
                .Member("flopsPerByte", point.Operation.Estimate.ArithmeticIntensity).Member("flopsPerSecond", point.FlopsPerSecond).Member("timeShare", point.Operation.TimeShare).Member("bound", point.Operation.Bound));
        w.EndArray().Name("step");
        if (roofline.Flops > 0 && roofline.HbmBytes > 0)
            w.BeginObject().Member("flops", roofline.Flops).Member("bytes", roofline.HbmBytes).Member("flopsPerByte", (double)roofline.Flops / roofline.HbmBytes).Member("flopsPerSecond", roofline.Flops / (roofline.Picoseconds * 1e-12))
                .Member("linkBytes", roofline.LinkBytes).EndObject();
        else
            w.Value((string?)null);
        w.EndObject();
    }

    public static void Timeline(JsonWriter w, Timeline timeline)
    {
        w.Name("timeline").BeginObject().Member("rank", 0).Member("endPicoseconds", timeline.End);
        ReportText.Texts(w, "lanes", timeline.Lanes);
        ReportText.Numbers(w, "busyPicoseconds", timeline.Busy);
        w.Name("bars").BeginArray();
        foreach (var bar in timeline.Bars)
            ReportText.Line(w, () => w.Member("operation", bar.Operation).Member("lane", bar.Lane).Member("startPicoseconds", bar.Start).Member("endPicoseconds", bar.End).Member("iteration", bar.Iteration));
        w.EndArray().Name("omitted").BeginArray();
        foreach (var gap in timeline.Omitted)
            ReportText.Line(w, () => w.Member("description", gap.Description).Member("bars", gap.Bars).Member("startPicoseconds", gap.Start).Member("endPicoseconds", gap.End));
        w.EndArray().EndObject();
    }

    public static void Memory(JsonWriter w, BuildReport report)
    {
        var memory = report.Memory;
        w.Name("memory").BeginObject().Member("capacityBytes", report.CapacityBytes).Member("peakBytes", memory.PeakBytes).Member("worstPeakBytes", report.Plan.Memory.WorstPeakBytes).Member("peakPoint", memory.PeakPoint);
        ReportText.Texts(w, "classes", Enum.GetValues(typeof(MemoryClass)).Cast<MemoryClass>().Select(ReportText.Class));
        w.Name("points").BeginArray();
        foreach (var point in memory.Points)
            ReportText.Line(w, () => ReportText.Numbers(w.Member("operation", point.Operation).Member("iteration", point.Iteration), "bytes", point.Bytes));
        w.EndArray().Member("omittedPoints", memory.Omitted).Name("atPeak").BeginArray();
        foreach (var (buffer, bytes) in memory.AtPeak.Take(LargestBuffers))
            ReportText.Line(w, () => ReportText.Source(w.Member("name", buffer.Name).Member("class", ReportText.Class(buffer.Class)).Member("bytes", bytes).Member("first", buffer.First).Member("last", buffer.Last), "source", buffer.Source));
        w.EndArray().EndObject();
    }

    public static void Communication(JsonWriter w, BuildReport report)
    {
        var matrix = report.Matrix;
        w.Name("communication").BeginObject().Name("matrix").BeginObject().Member("unit", matrix.Unit).Member("ranksPerUnit", matrix.RanksPerUnit);
        ReportText.Texts(w, "names", matrix.Names);
        w.Name("bytes").BeginArray();
        foreach (var row in matrix.Bytes)
            ReportText.Numbers(w, row);
        w.EndArray().Member("rule", CommunicationMatrix.Rule).EndObject().Name("collectives").BeginArray();
        foreach (var use in report.Collectives)
        {
            w.BeginObject().Member("kind", use.Kind.ToString()).Member("group", use.Group.ToString()).Member("ranks", use.Ranks);
            ReportText.Texts(w, "algorithms", use.Algorithms);
            w.Member("count", use.Count).Member("linkBytes", use.LinkBytes).Member("picoseconds", use.Picoseconds).Member("exposedPicoseconds", use.ExposedPicoseconds);
            ReportText.Numbers(w, "operations", use.Operations.Select(op => (long)op));
            w.EndObject();
        }
        w.EndArray().EndObject();
    }

    public static void Experts(JsonWriter w, ExpertUse experts)
    {
        w.BeginObject().Member("path", experts.Site.Path).Member("experts", experts.Site.Experts).Member("topK", experts.Site.TopK).Member("layers", experts.Site.Layers).Member("ranks", experts.Ranks);
        ReportText.Source(w, "source", experts.Source);
        w.Member("isRecorded", experts.Trace is not null).Member("trace", experts.Trace).Member("loadFactorMost", experts.Factors.Max()).Member("loadFactorMean", experts.Factors.Average()).Name("rows").BeginArray();
        foreach (var layer in experts.Rows)
            ReportText.Numbers(w, layer);
        w.EndArray();
        ReportText.Number(w, "stepPicoseconds", experts.Picoseconds);
        var receive = experts.Receive;
        w.Name("receive").BeginObject().Member("exchange", receive.Exchange.ToString().ToLowerInvariant()).Member("rowBytes", receive.RowBytes).Member("evenRows", receive.EvenRows).Member("evenBytes", receive.EvenBytes)
            .Member("worstRows", receive.WorstRows).Member("worstBytes", receive.WorstBytes).Member("isConstant", receive.IsConstant).Member("rule", receive.Rule).Member("deduplicatedBytes", receive.DeduplicatedBytes).EndObject().EndObject();
    }
}
