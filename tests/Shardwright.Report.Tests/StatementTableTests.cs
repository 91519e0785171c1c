using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>The table of statements is filtered and sorted.</summary>
public sealed class StatementTableTests(Chromium chromium)
{
    private static readonly List<JsonNode> Operations = [.. JsonNode.Parse(Plans.Sample)!["models"]![0]!["operations"]!.AsArray().Select(it => it!)];

    private const string Rows = "return [...document.querySelectorAll('#statements tbody .op-link')].map(it => +it.dataset.operation)";

    [Fact]
    public async Task Rows_AtFirst_AreByWhatTheyAddToTheStep()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        Assert.Equal(Operations.OrderByDescending(it => it["stepPicoseconds"]!.GetValue<long>()).ThenBy(Index).Select(Index), await report.AskAsync<int[]>(Rows));
    }

    [Fact]
    public async Task Header_Clicked_SortsByItsColumnAndTurnsAround()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        await HeaderAsync(report, "HBM");
        int[] down = await report.AskAsync<int[]>(Rows);
        await HeaderAsync(report, "HBM");
        int[] up = await report.AskAsync<int[]>(Rows);
        await HeaderAsync(report, "Statement");
        int[] byName = await report.AskAsync<int[]>(Rows);

        Assert.Equal(Operations.OrderByDescending(Hbm).ThenBy(Index).Select(Index), down);
        Assert.Equal(Operations.OrderBy(Hbm).ThenBy(Index).Select(Index), up);
        Assert.Equal(Operations.OrderBy(it => it["name"]!.GetValue<string>(), StringComparer.Ordinal).ThenBy(Index).Select(Index), byName);
        Assert.Equal("ascending", await report.AskAsync<string>("return document.querySelector('#statements th[aria-sort]').getAttribute('aria-sort')"));
    }

    [Fact]
    public async Task Filters_TextAndPhase_LeaveWhatMatches()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        await report.Page.TypeAsync("#statements input", "MATMUL");
        await report.Page.SelectAsync("#statements select", "backward");

        var expected = Operations.Where(it => it["name"]!.GetValue<string>().Contains("MatMul", StringComparison.OrdinalIgnoreCase) && it["phase"]!.GetValue<string>() == "backward").Select(Index).Order().ToList();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, (await report.AskAsync<int[]>(Rows)).Order());
        Assert.Equal($"{expected.Count} of {Operations.Count}", await report.AskAsync<string>("return document.querySelector('#statements [role=status]').textContent"));
    }

    private static int Index(JsonNode operation) => operation["index"]!.GetValue<int>();

    private static long Hbm(JsonNode operation) => operation["hbmBytes"]!.GetValue<long>();

    private static Task HeaderAsync(OpenReport report, string title) => report.RunAsync($"[...document.querySelectorAll('#statements th button')].find(it => it.textContent === '{title}').click()");
}
