using Shardwright.Hardware.Json;

namespace Shardwright.Hardware;

/// <summary>A study as JSON: the figures of <see cref="ScaleTable"/> with all their digits.</summary>
public static class ScaleJson
{
    /// <summary>The text.</summary>
    /// <param name="plan">The compiled plan.</param>
    /// <param name="machine">The machine that was asked about.</param>
    /// <param name="points">The study.</param>
    public static string Of(PlanDocument plan, Machine machine, IReadOnlyList<ScalePoint> points)
    {
        var w = new JsonWriter(indent: 2);
        w.BeginObject().Member("model", plan.Model).Member("machine", machine.Name).Member("isCalibrated", machine.IsCalibrated).Member("tokensPerRank", plan.TokensPerStep / plan.Placement.Data).Name("points").BeginArray();
        foreach (var point in points)
            Point(w, point);
        return w.EndArray().EndObject().ToString();
    }

    private static void Point(JsonWriter w, ScalePoint point)
    {
        w.BeginObject().Member("chips", point.Chips);
        if (point.Mesh is { } mesh)
            w.Member("data", mesh.Data).Member("expert", mesh.Expert).Member("expertInnermost", mesh.ExpertInnermost).Member("sharding", point.IsSharded ? "zero3" : "none");
        if (point.Memory is { } memory)
            w.Name("hbmBytes").BeginObject().Member("peak", memory.Peak).Member("weights", memory.Weights).Member("gradients", memory.Gradients).Member("optimizer", memory.Optimizer)
                .Member("activations", memory.Activations).Member("routed", memory.Routed).Member("gathered", memory.Gathered).EndObject();
        if (point.Step is { } step)
        {
            w.Member("picoseconds", step.Picoseconds).Member("exposedPicoseconds", step.Exposed).Member("waitingPicoseconds", step.Waiting).Member("flops", step.Flops).Member("mfu", step.Mfu);
            w.Name("collectivePicoseconds").BeginObject();
            for (int kind = 0; kind < step.Collectives.Count; kind++)
                w.Member(((CollectiveKind)kind).ToString(), step.Collectives[kind]);
            w.EndObject().Member("tokens", step.Cost.Tokens).Member("tokensPerSecond", step.Cost.TokensPerSecond).Member("facilityKilowattHours", step.Cost.KilowattHours)
                .Member("kilogramsCarbon", step.Cost.Kilograms).Member("hoursBetweenFailures", step.HoursBetweenFailures);
            if (step.Cost.Dollars is { } dollars)
                w.Member("dollars", dollars);
        }
        w.Member("loadFactorMost", point.LoadFactor.Most).Member("loadFactorMean", point.LoadFactor.Mean);
        if (point.Problem is not null)
            w.Member("problem", point.Problem);
        w.EndObject();
    }
}
