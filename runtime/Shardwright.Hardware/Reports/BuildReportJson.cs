using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Reports;

/// <summary>Writes build reports as <c>docs/plan.schema.json</c> says: <c>plan.json</c>.</summary>
public static class BuildReportJson
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    /// <summary>The schema's address.</summary>
    public const string Schema = "https://shardwright.dev/schemas/plan-1.json";

    /// <summary>The text; lines end with <c>\n</c>.</summary>
    /// <param name="reports">The models of an assembly.</param>
    /// <param name="tool">Name and version of what writes it.</param>
    public static string Of(IReadOnlyList<BuildReport> reports, string tool)
    {
        var w = new JsonWriter(indent: 1);
        w.BeginObject().Member("$schema", Schema).Member("version", Version).Member("tool", tool).Name("models").BeginArray();
        foreach (var report in reports.OrderBy(report => report.Plan.Model, StringComparer.Ordinal))
            Model(w, report);
        return w.EndArray().EndObject() + "\n";
    }

    private static void Model(JsonWriter w, BuildReport report)
    {
        w.BeginObject().Member("model", report.Plan.Model);
        ReportText.Source(w, "source", report.Plan.Source);
        Summary(w, report);
        Machine(w, report.Summary);
        MeshAndBatch(w, report);
        EnergyAndCost(w, report);
        w.Name("operations").BeginArray();
        foreach (var operation in report.Operations)
            OperationJson.Write(w, operation);
        w.EndArray();
        PictureJson.Roofline(w, report.Roofline);
        PictureJson.Timeline(w, report.Timeline);
        PictureJson.Memory(w, report);
        PictureJson.Communication(w, report);
        w.Name("stepTime").BeginArray();
        foreach (var part in report.Parts)
            w.BeginObject().Member("name", part.Name).Member("kind", part.IsExposed ? "exposed" : "compute").Member("picoseconds", part.Picoseconds).EndObject();
        w.EndArray().Name("experts").BeginArray();
        foreach (var experts in report.Experts)
            PictureJson.Experts(w, experts);
        w.EndArray();
        RoutingJson.Write(w, report.Routing);
        w.Name("findings").BeginArray();
        foreach (var finding in report.Findings)
            Finding(w, finding);
        w.EndArray().EndObject();
    }

    private static void Summary(JsonWriter w, BuildReport report) =>
        w.Name("summary").BeginObject().Member("stepPicoseconds", report.Summary.Picoseconds).Member("mfuShare", report.Summary.Mfu).Member("peakBytes", report.PeakBytes).Member("capacityBytes", report.CapacityBytes)
            .Member("peakShare", report.PeakShare).Member("exposedPicoseconds", report.Summary.ExposedPicoseconds).Member("exposedShare", report.Summary.ExposedShare).EndObject();

    private static void Machine(JsonWriter w, StepSummary summary)
    {
        var machine = summary.Machine;
        w.Name("machine").BeginObject().Member("name", machine.Name).Member("chip", machine.Chip).Member("isCalibrated", machine.IsCalibrated).Member("calibration", machine.Calibration)
            .Member("ranksPerChip", machine.RanksPerChip).Member("chipsPerInstance", machine.ChipsPerInstance).Member("chips", summary.Chips)
            .Member("instances", (summary.Chips + machine.ChipsPerInstance - 1) / machine.ChipsPerInstance).Name("engines").BeginArray();
        foreach (string engine in machine.EngineNames)
            w.Value(engine);
        w.EndArray();
        ReportText.Number(w, "dollarsPerInstanceHour", machine.DollarsPerInstanceHour);
        w.EndObject();
    }

    private static void MeshAndBatch(JsonWriter w, BuildReport report)
    {
        var (plan, placement) = (report.Plan, report.Plan.Placement);
        w.Name("mesh").BeginObject().Member("data", placement.Data).Member("expert", placement.Expert).Member("expertInnermost", placement.ExpertInnermost).Member("description", placement.ToString());
        ReportText.Number(w, "otherPlacementPicoseconds", report.OtherPlacementPicoseconds);
        w.EndObject().Name("batch").BeginObject().Member("sequences", plan.Batch).Member("tokensPerSequence", plan.TokensPerSequence).Member("microBatches", plan.MicroBatches).Member("tokensPerStep", plan.TokensPerStep).EndObject();
    }

    private static void EnergyAndCost(JsonWriter w, BuildReport report)
    {
        var (summary, cost, tokens) = (report.Summary, report.Cost, report.Plan.TokensPerStep);
        w.Name("throughput").BeginObject().Member("tokensPerSecond", cost.Seconds > 0 ? cost.TokensPerSecond : 0).Member("flopsPerStep", summary.Flops).Member("hbmBytesPerStep", summary.HbmBytes).Member("linkBytesPerStep", summary.LinkBytes).EndObject();
        w.Name("energy").BeginObject().Member("chipJoules", summary.ChipJoules).Member("facilityJoules", cost.FacilityJoules).Member("chipJoulesPerToken", report.JoulesPerToken)
            .Member("facilityJoulesPerToken", cost.FacilityJoules / tokens).Name("components").BeginArray();
        foreach (var (name, joules) in new[] { ("static", summary.ChipEnergy.Static), ("products", summary.ChipEnergy.Products), ("hbm", summary.ChipEnergy.Hbm), ("links", summary.ChipEnergy.Links) })
            w.BeginObject().Member("name", name).Member("joules", joules).EndObject();
        w.EndArray().EndObject().Name("cost").BeginObject();
        ReportText.Number(w, "dollars", cost.Dollars);
        ReportText.Number(w, "dollarsPerBillionTokens", cost.DollarsPerBillionTokens);
        w.Member("operationalKilograms", cost.OperationalKilograms).Member("embodiedKilograms", cost.EmbodiedKilograms).Member("kilogramsPerBillionTokens", cost.KilogramsPerBillionTokens).EndObject();
    }

    private static void Finding(JsonWriter w, PlanFinding finding)
    {
        w.BeginObject().Member("rule", finding.Rule).Member("severity", finding.Severity.ToString().ToLowerInvariant()).Member("title", finding.Title).Member("message", finding.Message);
        ReportText.Source(w, "source", finding.Source);
        ReportText.Number(w, "savedPicoseconds", finding.SavedPicoseconds);
        w.EndObject();
    }
}
