using System.Globalization;
using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>Every number that the page shows is that of plan.json, and none of plan.json's tables is left out.</summary>
public sealed class FigureTests(Chromium chromium, ITestOutputHelper output)
{
    private const string Shown = "[...document.querySelectorAll('[data-path]')].map(it => ({ path: it.dataset.path, text: it.textContent, title: it.title }))";

    // One after the other: the panel of every statement.
    private const string ShownInPanels = $$"""
        const shown = [];
        document.querySelector('#statements .op-link').click();
        const step = name => [...document.querySelectorAll('#panel button')].find(it => it.textContent === name);
        while (!step('Previous').disabled) step('Previous').click();
        for (;;) {
          shown.push(...{{Shown}});
          if (step('Next').disabled) return shown;
          document.querySelectorAll('main [data-path]').forEach(it => it.removeAttribute('data-path'));
          step('Next').click();
        }
        """;

    private sealed record Figure(string Path, string Text, string Title);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Numbers_OfThePageAndOfEveryPanel_AreThoseOfThePlan(bool hostile)
    {
        string text = hostile ? Plans.Hostile : Plans.Sample;
        await using var report = await OpenReport.OpenAsync(chromium, text);

        output.WriteLine($"{await AssertFiguresAsync(report, text)} numbers of the plan");
    }

    [Fact]
    public async Task RecordedRouting_ShowsEveryNumberOfEveryPlacement()
    {
        var plan = JsonNode.Parse(Plans.Sample)!;
        plan["models"]![0]!["routing"] = JsonNode.Parse("""
            [{ "path": "Blocks[*].Experts", "recording": "routes.shwr", "steps": 20, "samples": 160, "isExact": true, "idealStepPicoseconds": 955000000, "slotBytes": 3145728, "imbalanceLimit": 3.217, "placements": [
              { "placement": "Static", "slots": 0, "isConfigured": true, "isRecommended": false, "fits": true, "meanImbalance": 1.62, "p99Imbalance": 2.31, "mostImbalance": 2.9, "meanReplicas": 0, "layerPicoseconds": 43000000, "stepPicoseconds": 1100000000, "shareOfIdeal": 0.868 },
              { "placement": "Auto", "slots": 1, "isConfigured": false, "isRecommended": true, "fits": true, "meanImbalance": 1.02, "p99Imbalance": 1.1, "mostImbalance": 1.15, "meanReplicas": 2.5, "layerPicoseconds": 31000000, "stepPicoseconds": 985000000, "shareOfIdeal": 0.97 },
              { "placement": "Exact", "slots": 2, "isConfigured": false, "isRecommended": false, "fits": false, "meanImbalance": 1, "p99Imbalance": 1, "mostImbalance": 1, "meanReplicas": 3.75, "layerPicoseconds": 35000000, "stepPicoseconds": 1010000000, "shareOfIdeal": 0.946 }] }]
            """);
        await using var report = await OpenReport.OpenAsync(chromium, plan.ToJsonString());

        await AssertFiguresAsync(report, plan.ToJsonString());
        Assert.Matches("(?s)Static.*as compiled.*Auto.*recommended.*Exact.*does not fit", await report.AskAsync<string>("return document.querySelector('#experts').innerText"));
        Assert.Empty(report.Messages);
    }

    /// <summary>Every number of the page and of all its panels is the plan's, and none is missing.</summary>
    internal static async Task<int> AssertFiguresAsync(OpenReport report, string text)
    {
        var plan = JsonNode.Parse(text)!;
        var figures = await report.AskAsync<List<Figure>>(ShownInPanels);

        foreach (var figure in figures)
            AssertIs(figure, plan);
        var missing = Expected(plan).Except(figures.Select(it => it.Path)).ToList();
        Assert.True(missing.Count == 0, $"not on the page: {string.Join(", ", missing)}");
        return figures.Select(it => it.Path).Distinct().Count();
    }

    [Fact]
    public async Task Numbers_WithoutAPath_AreNone()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        // What stays after the numbers with a path, names and words from the plan, and the charts' axes are taken away.
        string rest = await report.AskAsync<string>("""
            document.querySelectorAll('[data-path], code, .code, .op-link, .chart, h1, .facts b, .finding p, option, .lead, #statements .filters').forEach(it => it.remove());
            return document.querySelector('main').innerText;
            """);

        Assert.DoesNotMatch(@"\d[\d.\u202f]*\u00a0(ps|ns|µs|ms|s|B|KiB|MiB|GiB|%|FLOP|J|mJ|kg|g|mg)\b", rest);
    }

    [Fact]
    public async Task SeveralModels_Chosen_ShowsThatModelsNumbers()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Two);
        string first = await report.AskAsync<string>("return document.querySelector('.large [data-path]').dataset.path");

        await report.Page.SelectAsync(".bar-model", "1");
        await report.DrawnAsync();

        Assert.Equal("/models/0/summary/stepPicoseconds", first);
        var plan = JsonNode.Parse(Plans.Two)!;
        var figures = await report.AskAsync<List<Figure>>($"return {Shown}");
        Assert.All(figures, it => Assert.StartsWith("/models/1/", it.Path, StringComparison.Ordinal));
        foreach (var figure in figures)
            AssertIs(figure, plan);
        Assert.Equal("2\u00a0ms", figures.First(it => it.Path == "/models/1/summary/stepPicoseconds").Text);
        Assert.Contains("SecondModel", await report.AskAsync<string>("return document.querySelector('h1').textContent"), StringComparison.Ordinal);
        Assert.Empty(report.Messages);
    }

    [Theory]
    [InlineData("999499", 999_499, 999_499)]
    [InlineData("12.3 MiB", 12.25 * 1048576, 12.35 * 1048576)]
    [InlineData("1.0 × 10^\u22129 J", 0.95e-9, 1.05e-9)]
    public void Range_Text_IsHalfADigitToEachSide(string text, double low, double high)
    {
        var range = FigureText.Range(text);

        Assert.InRange(range.Low, low - 0.51, low + 1e-12 * Math.Abs(low));
        Assert.InRange(range.High, high - 1e-12 * Math.Abs(high), high + 0.51);
    }

    private static void AssertIs(Figure figure, JsonNode plan)
    {
        double value = At(plan, figure.Path)!.GetValue<double>();
        string exact = figure.Title.Split(' ')[0];
        var (low, high) = FigureText.Range(figure.Text);

        Assert.True(double.Parse(exact, NumberStyles.Float, CultureInfo.InvariantCulture) == value, $"{figure.Path}: the title says {exact}, the plan {value:R}");
        Assert.True(low <= value && value <= high, $"{figure.Path}: the page says {figure.Text}, the plan {value:R}");
        // Exact, or three digits: nothing is rounded away that matters.
        Assert.True(Math.Abs((low + high) / 2 - value) <= 1e-12 * value || high - low <= Math.Max(0.011 * Math.Abs(value), 0.001001), $"{figure.Path}: {figure.Text} is too coarse for {value:R}");
    }

    private static JsonNode? At(JsonNode plan, string path)
        => path.Split('/').Skip(1).Aggregate((JsonNode?)plan, (node, key) => node is JsonArray list ? list[int.Parse(key, CultureInfo.InvariantCulture)] : node![key]);

    /// <summary>Numbers that charts show, which have tests of their own, and a few that say nothing to a reader.</summary>
    private static readonly string[] NotAsText =
    [
        "/timeline/bars", "/timeline/omitted", "/timeline/rank", "/timeline/endPicoseconds", "/memory/points", "/memory/peakPoint", "/memory/capacityBytes",
        "/roofline/points", "/roofline/step/flops", "/roofline/step/bytes", "/roofline/step/linkBytes", "/communication/matrix/bytes",
    ];

    private static readonly string[] NoQuantities = ["/line", "/first", "/last", "/mesh/expert"];

    private static IEnumerable<string> Expected(JsonNode plan)
        => Leaves(plan["models"]![0]!, "/models/0").Where(it => !NotAsText.Any(path => it.Path.StartsWith("/models/0" + path, StringComparison.Ordinal)) && IsQuantity(it.Path) && !SaysNothing(it)).Select(it => it.Path);

    private static IEnumerable<(string Path, double Number)> Leaves(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Leaves(member.Value, $"{path}/{member.Key}")),
        JsonArray items => items.SelectMany((item, index) => Leaves(item, $"{path}/{index}")),
        JsonValue value when value.TryGetValue(out double number) => [(path, number)],
        _ => [],
    };

    /// <summary>An engine that an op does not use, and a row of the matrix that is one rank.</summary>
    private static bool SaysNothing((string Path, double Number) it)
        => it.Number == 0 && (it.Path.Contains("/enginePicoseconds/", StringComparison.Ordinal) || it.Path.EndsWith("/overheadPicoseconds", StringComparison.Ordinal))
            || it.Number == 1 && it.Path.EndsWith("/ranksPerUnit", StringComparison.Ordinal);

    /// <summary>Lines and numbers of statements are no quantities; rows of experts are in a chart.</summary>
    private static bool IsQuantity(string path) => !NoQuantities.Any(it => path.EndsWith(it, StringComparison.Ordinal)) && !path.Contains("/rows/", StringComparison.Ordinal)
        && !(path.Contains("/collectives/", StringComparison.Ordinal) && path.Contains("/operations/", StringComparison.Ordinal));
}
