using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>Reports at the limits of the format: thousands of statements, 2,000 bars, 64 × 64 pairs, 58 layers of 256 experts.</summary>
public sealed class LargeReportTests(Chromium chromium, ITestOutputHelper output)
{
    [Fact]
    public async Task Page_AtTheFormatsLimits_OpensInSecondsAndShowsAllWhenAsked()
    {
        string plan = Large(5000);
        var watch = Stopwatch.StartNew();

        await using var report = await OpenReport.OpenAsync(chromium, plan);

        output.WriteLine($"{plan.Length / 1e6:F1} MB of plan opened in {watch.Elapsed.TotalSeconds:F1} s");
        // 1.5 s on a quiet machine; the bound is for test runs that share theirs.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
        Assert.Equal(200, await report.AskAsync<int>("return document.querySelectorAll('#statements tbody tr').length"));
        await report.RunAsync("[...document.querySelectorAll('#statements button')].find(it => it.textContent === 'Show all 5000').click()");
        Assert.Equal(5000, await report.AskAsync<int>("return document.querySelectorAll('#statements tbody tr').length"));
        Assert.Equal(64 * 63, await report.AskAsync<int>("return [...document.querySelectorAll('[data-chart=communication] svg path')].filter(it => it.getAttribute('fill') !== 'none' && it.getBBox().width > 2).length"));
        Assert.Equal(0, await report.AskAsync<int>("return document.documentElement.scrollWidth - innerWidth"));
        Assert.Empty(report.Messages);
    }

    [Fact]
    public async Task Page_OfTheLargeModel_ShowsItsRunsOfLayersAndAllItsNumbers()
    {
        var watch = Stopwatch.StartNew();

        await using var report = await OpenReport.OpenAsync(chromium, Plans.LargeSample);

        output.WriteLine($"{Plans.LargeSample.Length / 1e6:F1} MB of plan opened in {watch.Elapsed.TotalSeconds:F1} s");
        var model = JsonNode.Parse(Plans.LargeSample)!["models"]![0]!;
        Assert.NotEmpty(model["timeline"]!["omitted"]!.AsArray());
        Assert.Equal(model["timeline"]!["omitted"]!.AsArray().Count, await report.AskAsync<int>("return document.querySelectorAll('[data-chart=timeline] svg path[fill^=url]').length"));
        await FigureTests.AssertFiguresAsync(report, Plans.LargeSample);
        Assert.Equal(0, await report.AskAsync<int>("return document.documentElement.scrollWidth - innerWidth"));
        Assert.Empty(report.Messages);
    }

    private static string Large(int statements)
    {
        var plan = JsonNode.Parse(Plans.Sample)!;
        var model = plan["models"]![0]!;
        var operations = model["operations"]!.AsArray();
        int own = operations.Count;
        for (int i = own; i < statements; i++)
        {
            var copy = operations[i % own]!.DeepClone();
            copy["index"] = i;
            operations.Add(copy);
        }
        long end = model["timeline"]!["endPicoseconds"]!.GetValue<long>();
        model["timeline"]!["bars"] = new JsonArray([.. Enumerable.Range(0, 2000).Select(i => (JsonNode)new JsonObject { ["operation"] = i * 2, ["lane"] = i % 7, ["startPicoseconds"] = end / 2000 * i, ["endPicoseconds"] = end / 2000 * (i + 1), ["iteration"] = $"block {i / 40}" })]);
        var matrix = model["communication"]!["matrix"]!;
        (matrix["unit"], matrix["ranksPerUnit"]) = ("instances", 2500);
        matrix["names"] = new JsonArray([.. Enumerable.Range(0, 64).Select(i => (JsonNode)$"instances {40 * i} to {40 * i + 39}")]);
        matrix["bytes"] = new JsonArray([.. Enumerable.Range(0, 64).Select(i => new JsonArray([.. Enumerable.Range(0, 64).Select(j => (JsonNode)(i == j ? 0L : 1000L * (1 + i * 64 + j)))]))]);
        var experts = model["experts"]![0]!;
        (experts["experts"], experts["ranks"], experts["layers"], experts["isRecorded"], experts["trace"], experts["stepPicoseconds"]) = (256, 256, 58, true, "trace.json", end);
        experts["rows"] = new JsonArray([.. Enumerable.Range(0, 58).Select(layer => new JsonArray([.. Enumerable.Range(0, 256).Select(expert => (JsonNode)(layer * expert % 311))]))]);
        return plan.ToJsonString();
    }
}
