using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>A statement's panel opens from every picture and row, by pointer and by key.</summary>
public sealed class PanelTests(Chromium chromium)
{
    private static readonly JsonNode Model = JsonNode.Parse(Plans.Sample)!["models"]![0]!;

    [Theory, InlineData("timeline"), InlineData("roofline"), InlineData("memory")]
    public async Task Click_OnAMark_ShowsItsStatement(string chart)
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);
        int operation = chart switch
        {
            "timeline" => Model["timeline"]!["bars"]!.AsArray().MaxBy(it => it!["endPicoseconds"]!.GetValue<long>() - it["startPicoseconds"]!.GetValue<long>())!["operation"]!.GetValue<int>(),
            "roofline" => Model["roofline"]!["points"]!.AsArray().MaxBy(it => it!["flopsPerByte"]!.GetValue<double>())!["operation"]!.GetValue<int>(),
            _ => Model["memory"]!["points"]![0]!["operation"]!.GetValue<int>(),
        };

        await report.ClickAsync(await report.AskAsync<double[]>($$"""
            const holder = document.querySelector('[data-chart={{chart}}]'), chart = echarts.getInstanceByDom(holder);
            holder.scrollIntoView({ block: 'center' });
            const data = chart.getOption().series.find(it => it.id === '{{(chart == "timeline" ? "bars" : "dots")}}')?.data.filter(it => it.operation === {{operation}});
            const mark = data?.map(it => it.value).sort((a, b) => (b[2] - b[1]) - (a[2] - a[1]))[0];
            const at = '{{chart}}' === 'timeline' ? [(mark[1] + mark[2]) / 2, mark[0]] : '{{chart}}' === 'roofline' ? [mark[0], mark[1]] : [0, 1];
            const [x, y] = chart.convertToPixel('grid', at), box = holder.getBoundingClientRect();
            return [box.x + x, box.y + y];
            """));

        if (chart == "roofline")
            operation = await TwinOnTopAsync(report, operation);
        await AssertShowsAsync(report, operation);
        Assert.Empty(report.Messages);
    }

    [Fact]
    public async Task Click_OnARow_ShowsItsStatementAndEscapeGivesTheFocusBack()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);
        int slowest = Model["operations"]!.AsArray().MaxBy(it => it!["stepPicoseconds"]!.GetValue<long>())!["index"]!.GetValue<int>();

        await report.Page.ClickAsync("#statements tbody tr:first-child td:nth-child(3)");
        await AssertShowsAsync(report, slowest);
        await report.Page.Keyboard.PressAsync("Escape");

        Assert.True(await report.AskAsync<bool>("return document.getElementById('panel').hidden"));
        Assert.Equal($"{slowest}", await report.AskAsync<string>("return document.activeElement.dataset.operation"));
    }

    [Theory, InlineData("timeline", "bars"), InlineData("memory", "points"), InlineData("roofline", "points")]
    public async Task Keys_OnAChart_WalkThroughItsStatementsAndOpenOne(string chart, string list)
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);
        await report.Page.FocusAsync($"[data-chart={chart}]");

        await report.Page.Keyboard.PressAsync("ArrowRight");
        await report.Page.Keyboard.PressAsync("ArrowRight");
        string spoken = await report.AskAsync<string>("return document.getElementById('spoken').textContent");
        string tip = await report.AskAsync<string>($"return document.querySelector('[data-chart={chart}] .tip strong').textContent");
        await report.Page.Keyboard.PressAsync("Enter");

        var operation = Model["operations"]![Model[chart]![list]![1]!["operation"]!.GetValue<int>()]!;
        Assert.StartsWith(operation["name"]!.GetValue<string>() + ", 2 of ", spoken, StringComparison.Ordinal);
        Assert.Equal(operation["name"]!.GetValue<string>(), tip);
        await AssertShowsAsync(report, operation["index"]!.GetValue<int>());
        await report.Page.Keyboard.PressAsync("Escape");
        Assert.Equal(chart, await report.AskAsync<string>("return document.activeElement.dataset.chart"));
        Assert.Empty(report.Messages);
    }

    [Fact]
    public async Task Panel_OfEveryStatement_ShowsPlaceShapesAndFormula()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);
        await report.RunAsync("document.querySelector('#statements [data-operation=\"0\"]').click()");

        foreach (var operation in Model["operations"]!.AsArray())
        {
            await AssertShowsAsync(report, operation!["index"]!.GetValue<int>());
            await report.RunAsync("[...document.querySelectorAll('#panel button')].find(it => it.textContent === 'Next').click()");
        }
    }

    /// <summary>The statement that is shown: of several at the same place of a roofline, the one on top.</summary>
    private static async Task<int> TwinOnTopAsync(OpenReport report, int operation)
    {
        int shown = await report.AskAsync<int>("return +document.querySelector('.panel-head span').textContent.split(' ')[1]");
        Assert.Equal(Place(operation), Place(shown));
        return shown;

        static (double, double) Place(int operation)
        {
            var point = Model["roofline"]!["points"]!.AsArray().Single(it => it!["operation"]!.GetValue<int>() == operation)!;
            return (point["flopsPerByte"]!.GetValue<double>(), point["flopsPerSecond"]!.GetValue<double>());
        }
    }

    private static async Task AssertShowsAsync(OpenReport report, int index)
    {
        var operation = Model["operations"]![index]!;
        string text = await report.AskAsync<string>("return document.getElementById('panel').hidden ? 'closed' : document.getElementById('panel').innerText");
        Assert.StartsWith($"Statement {index}\n", text, StringComparison.Ordinal);
        Assert.Contains(operation["formula"]!.GetValue<string>(), text, StringComparison.Ordinal);
        Assert.Contains(operation["bound"]!.GetValue<string>(), text, StringComparison.Ordinal);
        Assert.Contains(operation["name"]!.GetValue<string>(), text, StringComparison.Ordinal);
        foreach (var value in operation["results"]!.AsArray().Concat(operation["operands"]!.AsArray()).Concat(operation["loops"]!.AsArray()))
            Assert.Contains(value!.GetValue<string>(), text, StringComparison.Ordinal);
        if (operation["source"] is { } source)
        {
            Assert.Contains($"{source["file"]}({source["line"]})", text, StringComparison.Ordinal);
            Assert.Contains(source["text"]!.GetValue<string>(), text, StringComparison.Ordinal);
        }
    }
}
