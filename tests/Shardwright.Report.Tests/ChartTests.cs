using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>Every picture has a mark for each thing of the plan, and the number behind a mark is the plan's.</summary>
public sealed class ChartTests(Chromium chromium)
{
    private static readonly JsonNode Model = JsonNode.Parse(Plans.Sample)!["models"]![0]!;

    private sealed record Series(string Type, string? Id, string? Name, JsonArray Data);

    [Fact]
    public async Task StepTime_HasABarOfEveryPart_ThatAddUpToTheStep()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        var bars = (await SeriesAsync(report, "step-time")).Select(it => it.Data[0]!.GetValue<long>()).ToList();

        Assert.Equal(List("stepTime").Select(it => it["picoseconds"]!.GetValue<long>()), bars);
        Assert.Equal(Model["summary"]!["stepPicoseconds"]!.GetValue<long>(), bars.Sum());
        Assert.Equal(bars.Count(it => it > 0), await MarksAsync(report, "step-time", "--c0", "--c1", "--c2", "--c3", "--c4", "--c5", "--c6"));
        // Waiting is hatched: a second shape with a pattern over the bar.
        Assert.Equal(List("stepTime").Count(it => it["kind"]!.GetValue<string>() == "exposed"), await report.AskAsync<int>("return document.querySelectorAll('[data-chart=step-time] svg path[fill^=url]').length"));
    }

    [Fact]
    public async Task Timeline_HasABarOfEveryBar_InItsLaneFromStartToEnd()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        var bars = (await SeriesAsync(report, "timeline")).Single(it => it.Id == "bars").Data;

        var expected = List("timeline", "bars");
        Assert.Equal(expected.Select(it => (it["lane"]!.GetValue<long>(), it["startPicoseconds"]!.GetValue<long>(), it["endPicoseconds"]!.GetValue<long>(), it["operation"]!.GetValue<int>())),
            bars.Select(it => (it!["value"]![0]!.GetValue<long>(), it["value"]![1]!.GetValue<long>(), it["value"]![2]!.GetValue<long>(), it["operation"]!.GetValue<int>())));
        Assert.Equal(expected.Count, await MarksAsync(report, "timeline", "--c0", "--c3", "--c2"));
        Assert.Equal(Model["timeline"]!["lanes"]!.AsArray().Select(it => it!.GetValue<string>()), await report.AskAsync<string[]>($"return {Texts("timeline")}.slice(0, 7)"));
    }

    [Fact]
    public async Task Timeline_RunOfLayersLeftOut_IsHatched()
    {
        var plan = JsonNode.Parse(Plans.Sample)!;
        long end = Model["timeline"]!["endPicoseconds"]!.GetValue<long>();
        plan["models"]![0]!["timeline"]!["omitted"]!.AsArray().Add(new JsonObject { ["description"] = "block 1 to 2", ["bars"] = 40, ["startPicoseconds"] = end / 4, ["endPicoseconds"] = end / 2 });
        await using var report = await OpenReport.OpenAsync(chromium, plan.ToJsonString());

        double[] extent = await report.AskAsync<double[]>("""
            const holder = document.querySelector('[data-chart=timeline]'), left = holder.getBoundingClientRect().x, box = holder.querySelector('svg path[fill^=url]').getBoundingClientRect();
            return [box.left - left, box.right - left].map(x => echarts.getInstanceByDom(holder).convertFromPixel('grid', [x, 100])[0]);
            """);

        Assert.InRange(extent[0], end * 0.245, end * 0.255);
        Assert.InRange(extent[1], end * 0.495, end * 0.505);
        Assert.Empty(report.Messages);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Memory_StacksEveryClass_UpToThePeak(bool scaledToCapacity)
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);
        if (scaledToCapacity)
            await report.Page.ClickAsync("#memory .segment button:last-child");
        var classes = List("memory", "classes");
        var points = List("memory", "points");

        var series = await SeriesAsync(report, "memory");

        for (int i = 0; i < classes.Count; i++)
        {
            Assert.Equal(classes[i].GetValue<string>(), series[i].Name);
            Assert.Equal(points.Select(it => it["bytes"]![i]!.GetValue<long>()), series[i].Data.Select(it => it!.GetValue<long>()));
        }
        // The library's own stacking, read back from the picture: the top of the highest area is where the peak is.
        string[] texts = await report.AskAsync<string[]>($"return {Texts("memory")}");
        double[] top = await report.AskAsync<double[]>(TopOfPeak);
        double peak = Model["memory"]!["peakBytes"]!.GetValue<double>(), axis = scaledToCapacity ? Model["memory"]!["capacityBytes"]!.GetValue<double>() : peak;
        Assert.InRange(top[0], peak - 0.01 * axis, peak + 0.01 * axis);
        Assert.Contains(texts, it => it.StartsWith("peak ", StringComparison.Ordinal));
        Assert.Contains(texts, it => it.StartsWith("capacity ", StringComparison.Ordinal) && it.Contains("off the scale", StringComparison.Ordinal) != scaledToCapacity);
        Assert.Equal(classes.Where((_, i) => points.Any(it => it["bytes"]![i]!.GetValue<long>() > 0)).Count(), await MarksAsync(report, "memory", "--c0", "--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--strong-line"));
    }

    // The smallest y of all filled areas, as bytes.
    private const string TopOfPeak = """
        const holder = document.querySelector('[data-chart=memory]'), chart = echarts.getInstanceByDom(holder), box = holder.getBoundingClientRect();
        const areas = [...holder.querySelectorAll('svg path')].filter(it => it.getAttribute('fill') !== 'none' && it.getBoundingClientRect().width > 400);
        return [chart.convertFromPixel({ yAxisIndex: 0 }, Math.min(...areas.map(it => it.getBoundingClientRect().y)) - box.y)];
        """;

    [Fact]
    public async Task Roofline_HasADotOfEveryProduct_UnderItsRoofs()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        var series = await SeriesAsync(report, "roofline");

        var points = List("roofline", "points").Where(it => it["flopsPerByte"]!.GetValue<double>() > 0).ToList();
        Assert.Equal(points.Select(it => (it["operation"]!.GetValue<int>(), it["flopsPerByte"]!.GetValue<double>(), it["flopsPerSecond"]!.GetValue<double>())),
            series.Single(it => it.Id == "dots").Data.Select(it => (it!["operation"]!.GetValue<int>(), it["value"]![0]!.GetValue<double>(), it["value"]![1]!.GetValue<double>())));
        double[] sizes = [.. series.Single(it => it.Id == "dots").Data.Select(it => it!["value"]![2]!.GetValue<double>())];
        double[] shares = [.. points.Select(it => it["timeShare"]!.GetValue<double>())];
        Assert.Equal(Enumerable.Range(0, shares.Length).OrderBy(i => shares[i]).Select(i => sizes[i]), sizes.Order());
        Assert.Equal(points.Count, await MarksAsync(report, "roofline", "--c0", "--c1", "--c3", "--c4", "--c5", "--c6"));
        foreach (var roof in List("roofline", "computeRoofs"))
            Assert.All(series.Single(it => it.Type == "line" && it.Name == roof["name"]!.GetValue<string>()).Data, it => Assert.Equal(roof["flopsPerSecond"]!.GetValue<double>(), it![1]!.GetValue<double>()));
        foreach (var roof in List("roofline", "memoryRoofs"))
            Assert.All(series.Single(it => it.Type == "line" && it.Name == roof["name"]!.GetValue<string>()).Data, it => Assert.Equal(1, it![1]!.GetValue<double>() / it[0]!.GetValue<double>() / roof["bytesPerSecond"]!.GetValue<double>(), 1e-9));
        Assert.Equal(Model["roofline"]!["step"]!["flopsPerSecond"]!.GetValue<double>(), series.Single(it => it.Id == "step").Data[0]!["value"]![1]!.GetValue<double>());
    }

    [Fact]
    public async Task Communication_HasACellOfEveryPairThatExchanges()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        var cells = (await SeriesAsync(report, "communication"))[0].Data;

        var expected = List("communication", "matrix", "bytes")
            .SelectMany((row, from) => row.AsArray().Select((bytes, to) => (To: to, From: from, Bytes: bytes!.GetValue<long>()))).Where(it => it.Bytes > 0).ToList();
        Assert.Equal(expected.Select(it => (it.To, it.From)), cells.Select(it => (it![0]!.GetValue<int>(), it[1]!.GetValue<int>())));
        Assert.All(expected.Zip(cells), it => Assert.Equal(Math.Log10(it.First.Bytes), it.Second![2]!.GetValue<double>(), 1e-9));
        Assert.Equal(expected.Count, await report.AskAsync<int>("return [...document.querySelectorAll('[data-chart=communication] svg path')].filter(it => it.getAttribute('fill') !== 'none' && it.getBBox().width > 10).length"));
    }

    [Fact]
    public async Task ExpertsAndEnergy_HaveABarOfEveryExpertAndComponent()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        var experts = (await SeriesAsync(report, "experts-0"))[0].Data;
        var energy = await SeriesAsync(report, "energy");

        Assert.Equal(List("experts")[0]["rows"]![0]!.AsArray().Select(it => it!.GetValue<long>()), experts.Select(it => it!["value"]!.GetValue<long>()));
        Assert.Equal(experts.Count, await MarksAsync(report, "experts-0", "--c0", "--tone"));
        Assert.Equal(List("energy", "components").Select(it => it["joules"]!.GetValue<double>()), energy.Select(it => it.Data[0]!.GetValue<double>()));
        Assert.Equal(energy.Count, await MarksAsync(report, "energy", "--c0", "--c1", "--c2", "--c6"));
    }

    [Fact]
    public async Task Experts_OfATrace_AreAHeatMapOfLayers()
    {
        var plan = JsonNode.Parse(Plans.Sample)!;
        var group = plan["models"]![0]!["experts"]![0]!;
        (group["isRecorded"], group["trace"], group["stepPicoseconds"], group["loadFactorMost"]) = (true, "trace.json", 1_500_000_000L, 2.5);
        group["rows"] = new JsonArray([.. Enumerable.Range(0, 4).Select(layer => new JsonArray([.. Enumerable.Range(0, 8).Select(expert => (JsonNode)(100 * layer + expert))]))]);
        await using var report = await OpenReport.OpenAsync(chromium, plan.ToJsonString());

        var cells = (await SeriesAsync(report, "experts-0"))[0].Data;

        Assert.Equal(Enumerable.Range(0, 32).Select(i => (i % 8, i / 8, 100 * (i / 8) + i % 8)), cells.Select(it => (it![0]!.GetValue<int>(), it[1]!.GetValue<int>(), it[2]!.GetValue<int>())));
        Assert.Contains("trace.json", await report.AskAsync<string>("return document.querySelector('#experts').innerText"), StringComparison.Ordinal);
        Assert.Empty(report.Messages);
    }

    private static IReadOnlyList<JsonNode> List(params string[] path) => [.. path.Aggregate(Model, (node, key) => node[key]!).AsArray().Select(it => it!)];

    private static string Texts(string chart) => $"[...document.querySelectorAll('[data-chart={chart}] svg text')].sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y).map(it => it.textContent)";

    private static Task<List<Series>> SeriesAsync(OpenReport report, string chart)
        => report.AskAsync<List<Series>>($"return echarts.getInstanceByDom(document.querySelector('[data-chart=\"{chart}\"]')).getOption().series.map(({{ type, id, name, data }}) => ({{ type, id, name, data }}))");

    /// <summary>Shapes that can be seen and are filled with one of the palette's colours.</summary>
    private static Task<int> MarksAsync(OpenReport report, string chart, params string[] colors)
        => report.AskAsync<int>($$"""
            const style = getComputedStyle(document.documentElement), fills = new Set({{JsonArrayOf(colors)}}.map(it => style.getPropertyValue(it).trim()));
            return [...document.querySelectorAll('[data-chart="{{chart}}"] svg path')].filter(it => fills.has(it.getAttribute('fill')) && it.getBBox().width > 0 && it.getBBox().height > 0).length;
            """);

    private static string JsonArrayOf(string[] items) => "[" + string.Join(",", items.Select(it => $"'{it}'")) + "]";
}
