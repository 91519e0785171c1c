using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Reports;

/// <summary>Writes a statement of a report.</summary>
internal static class OperationJson
{
    public static void Write(JsonWriter w, ReportOperation operation)
    {
        var (op, estimate) = (operation.Op, operation.Estimate);
        w.BeginObject().Member("index", op.Index).Member("name", op.Name).Member("phase", StepRecorder.Phase(op.Phase)).Member("kind", operation.Kind);
        ReportText.Source(w, "source", op.Place);
        ReportText.Texts(w, "loops", operation.Loops);
        ReportText.Texts(w, "results", op.Results);
        ReportText.Texts(w, "operands", op.Operands);
        w.Member("runs", estimate.Runs).Member("picoseconds", estimate.Picoseconds).Member("totalPicoseconds", operation.TotalPicoseconds).Member("stepPicoseconds", operation.StepPicoseconds).Member("exposedPicoseconds", operation.ExposedPicoseconds)
            .Member("timeShare", operation.TimeShare).Member("bound", operation.Bound);
        ReportText.Numbers(w, "enginePicoseconds", Enumerable.Range(0, (int)Engine.Collective).Select(engine => estimate.Times[(Engine)engine]).Append(estimate.Collective?.Picoseconds ?? 0));
        w.Member("overheadPicoseconds", estimate.Times.Overhead).Member("flops", estimate.Times.Flops).Member("hbmBytes", estimate.Times.HbmBytes).Member("linkBytes", operation.LinkBytes)
            .Member("flopsPerByte", estimate.ArithmeticIntensity).Member("formula", operation.Formula).EndObject();
    }
}
