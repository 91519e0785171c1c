using Shardwright.Hardware.Json;

namespace Shardwright.Hardware.Reports;

/// <summary>Forecasts from recorded routing as the report's schema says.</summary>
internal static class RoutingJson
{
    /// <summary>The member <c>routing</c>; nothing without a recording.</summary>
    public static void Write(JsonWriter w, IReadOnlyList<RoutingForecast> forecasts)
    {
        if (forecasts.Count == 0)
            return;
        w.Name("routing").BeginArray();
        foreach (var forecast in forecasts)
            Write(w, forecast);
        w.EndArray();
    }

    private static void Write(JsonWriter w, RoutingForecast forecast)
    {
        w.BeginObject().Member("path", forecast.Site.Path).Member("recording", forecast.Recording).Member("steps", forecast.Steps).Member("samples", forecast.Samples).Member("isExact", forecast.IsExact)
            .Member("idealStepPicoseconds", forecast.IdealPicoseconds).Member("slotBytes", forecast.SlotBytes);
        ReportText.Number(w, "imbalanceLimit", forecast.ImbalanceLimit);
        w.Name("placements").BeginArray();
        foreach (var placement in forecast.Placements)
            ReportText.Line(w, () => w.Member("placement", placement.Placement).Member("slots", placement.Slots).Member("isConfigured", placement == forecast.Configured).Member("isRecommended", placement == forecast.Recommended).Member("fits", placement.Fits)
                .Member("meanImbalance", placement.MeanImbalance).Member("p99Imbalance", placement.P99Imbalance).Member("mostImbalance", placement.MostImbalance).Member("meanReplicas", placement.MeanReplicas)
                .Member("layerPicoseconds", (long)Math.Round(placement.LayerPicoseconds)).Member("stepPicoseconds", (long)Math.Round(placement.StepPicoseconds)).Member("shareOfIdeal", placement.ShareOfIdeal));
        w.EndArray().EndObject();
    }
}
