using System.Text.Json.Nodes;

namespace Shardwright.Report.Tests;

/// <summary>A name stays text wherever it is shown.</summary>
public sealed class HostileNameTests(Chromium chromium)
{
    private static readonly JsonNode Model = JsonNode.Parse(Plans.Hostile)!["models"]![0]!;

    [Fact]
    public async Task Names_InEveryPartOfThePage_AreTextToTheLetter()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Hostile);

        Assert.Equal(Model["model"]!.GetValue<string>(), await report.AskAsync<string>("return document.querySelector('h1').textContent"));
        Assert.Equal(Sorted("operations", "name"), (await TextsAsync(report, "#statements .op-link")).Order(StringComparer.Ordinal));
        Assert.Equal(Sorted("findings", "message"), (await TextsAsync(report, ".finding > p:nth-of-type(2)")).Order(StringComparer.Ordinal));
        Assert.Equal(Model["memory"]!["atPeak"]!.AsArray().Select(it => it!["name"]!.GetValue<string>()), await TextsAsync(report, "#memory td:first-child code"));
        Assert.Contains(Model["experts"]![0]!["path"]!.GetValue<string>(), await TextsAsync(report, "#experts h3 code"));
        Assert.StartsWith(Model["model"]!.GetValue<string>().Trim(), await report.Page.GetTitleAsync() + " ", StringComparison.Ordinal);
        string facts = await report.AskAsync<string>("return document.querySelector('.facts').textContent");
        Assert.Contains(Model["machine"]!["name"]!.GetValue<string>(), facts, StringComparison.Ordinal);
        Assert.Contains(Model["mesh"]!["description"]!.GetValue<string>(), facts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_InPanelsAndTips_AreTextAndMakeNothing()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Hostile);
        string before = await CountAsync(report);

        foreach (var operation in Model["operations"]!.AsArray().Take(HostileNames.Texts.Length + 1))
        {
            await report.RunAsync($"document.querySelector('#statements [data-operation=\"{operation!["index"]}\"]').click()");
            Assert.Equal(operation["name"]!.GetValue<string>(), await report.AskAsync<string>("return document.getElementById('panel-title').textContent"));
            Assert.Equal(operation["formula"]!.GetValue<string>(), await report.AskAsync<string>("return document.querySelector('.formula').textContent"));
        }
        await report.Page.Keyboard.PressAsync("Escape");
        foreach (string chart in (string[])["timeline", "memory", "roofline"])
        {
            await report.Page.FocusAsync($"[data-chart={chart}]");
            for (int i = 0; i < HostileNames.Texts.Length + 1; i++)
                await report.Page.Keyboard.PressAsync("ArrowRight");
        }
        await report.Page.SetViewportAsync(new() { Width = 390, Height = 900 });

        Assert.Equal(before, await CountAsync(report));
        Assert.False(await report.AskAsync<bool>("await new Promise(done => setTimeout(done, 100)); return 'attacked' in window"));
        Assert.Empty(report.Messages);
    }

    private static IEnumerable<string> Sorted(string list, string member) => Model[list]!.AsArray().Select(it => it![member]!.GetValue<string>()).Order(StringComparer.Ordinal);

    private static Task<string[]> TextsAsync(OpenReport report, string selector) => report.AskAsync<string[]>($"return [...document.querySelectorAll('{selector}')].map(it => it.textContent)");

    /// <summary>Elements that text could have made.</summary>
    private static Task<string> CountAsync(OpenReport report) => report.AskAsync<string>("""
        return ['script', 'img', 'iframe', 'object', 'embed', 'link', 'base', 'form', 'svg svg', '[onload]', '[onerror]', 'a[href^=javascript]'].map(it => `${it} ${document.querySelectorAll(`body ${it}`).length}`).join(', ');
        """);
}
