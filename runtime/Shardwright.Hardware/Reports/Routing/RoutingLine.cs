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

    private static string Words(PlacementForecast placement) =>
        FormattableString.Invariant($"{placement}: max ÷ mean rows {placement.MeanImbalance:0.00} (p99 {placement.P99Imbalance:0.00}), step {OpFormula.Time((long)placement.StepPicoseconds)}, {ScaleText.Percent(placement.ShareOfIdeal)} of forced balance");
}
