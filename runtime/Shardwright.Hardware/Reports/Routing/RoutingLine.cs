namespace Shardwright.Hardware.Reports;

/// <summary>A forecast in a line of the build's output.</summary>
public static class RoutingLine
{
    /// <summary><c>Model: routes.shwr in Blocks[*].Experts: max ÷ mean rows 1.62 (p99 2.31) with Placement.Static, 71.2 % of forced balance; recommended: Placement.Auto with 1 slot: …; memory suffices below max ÷ mean 5.3</c>.</summary>
    public static string Of(BuildReport report, RoutingForecast forecast)
    {
        var (configured, recommended) = (forecast.Configured, forecast.Recommended);
        string advice = recommended == configured ? "as recommended" : $"recommended: {Words(recommended)}";
        string memory = forecast.ImbalanceLimit is { } limit ? FormattableString.Invariant($"memory runs out at max ÷ mean {limit:0.00} in every layer") : "memory suffices whatever the routing";
        return $"{report.Plan.Model}: {forecast.Recording} in {forecast.Site.Path}: {Words(configured)}; {advice}; {memory}";
    }

    /// <summary>What to write instead of the configured placement, and why; null where it saves too little to say.</summary>
    public static string? Advice(BuildReport report, RoutingForecast forecast)
    {
        var (configured, recommended) = (forecast.Configured, forecast.Recommended);
        if (forecast.SavedShare < RoutingForecast.WorthSaying)
            return null;
        string attribute = recommended.Placement switch
        {
            TimedSite.StaticPlacement => "[Experts]",
            "Exact" => "[Experts(Placement = Placement.Exact)]",
            _ => FormattableString.Invariant($"[Experts(Placement = Placement.{recommended.Placement}, Slots = {recommended.Slots})]"),
        };
        return $"with the routing of {forecast.Recording}, {forecast.Site.Path} of {report.Plan.Model} has {Words(configured)}; {Words(recommended)}: {ScaleText.Percent(forecast.SavedShare)} less. Write {attribute}";
    }

    private static string Words(PlacementForecast placement) =>
        FormattableString.Invariant($"{placement}: max ÷ mean rows {placement.MeanImbalance:0.00} (p99 {placement.P99Imbalance:0.00}), step {OpFormula.Time((long)placement.StepPicoseconds)}, {ScaleText.Percent(placement.ShareOfIdeal)} of forced balance");
}
