using PuppeteerSharp.Media;

namespace Shardwright.Report.Tests;

/// <summary>The page fits its window and its paper, in both themes.</summary>
public sealed class LayoutTests(Chromium chromium)
{
    [Theory, InlineData(1280, false), InlineData(1280, true), InlineData(390, false), InlineData(390, true), InlineData(2200, false)]
    public async Task Page_AnyWidth_NeverScrollsSideways(int width, bool dark)
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample, width, dark);

        Assert.Equal(0, await report.AskAsync<int>("return document.documentElement.scrollWidth - innerWidth"));
        Assert.Equal(dark ? "dark" : "light", await report.AskAsync<string>("return document.documentElement.dataset.theme"));
        Assert.Equal(dark, await report.AskAsync<double>("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((sum, it) => sum + +it, 0)") < 200);
        await AssertChartsFitAsync(report);
        await report.RunAsync("document.querySelector('#statements .op-link').click()");
        Assert.Equal(0, await report.AskAsync<int>("return document.documentElement.scrollWidth - innerWidth"));
        Assert.Empty(report.Messages);
    }

    [Fact]
    public async Task Hostile_LongNames_NeverScrollSideways()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Hostile.Replace("__proto__", new string('W', 400), StringComparison.Ordinal), 390);

        Assert.Equal(0, await report.AskAsync<int>("return document.documentElement.scrollWidth - innerWidth"));
    }

    [Fact]
    public async Task Theme_Toggled_ChangesPageAndChartsAndIsRemembered()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        await report.Page.ClickAsync("#theme");

        Assert.Equal("dark", await report.AskAsync<string>("return document.documentElement.dataset.theme"));
        Assert.True(await report.AskAsync<int>("const dark = getComputedStyle(document.documentElement).getPropertyValue('--c0').trim(); return document.querySelectorAll(`[data-chart=timeline] svg path[fill='${dark}']`).length") > 0);
        await report.Page.ReloadAsync();
        await report.DrawnAsync();
        Assert.Equal("dark", await report.AskAsync<string>("return document.documentElement.dataset.theme"));
    }

    [Fact]
    public async Task Window_Narrowed_ChartsAreDrawnAgain()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        await report.Page.SetViewportAsync(new() { Width = 390, Height = 900 });
        await report.Page.WaitForExpressionAsync("[...document.querySelectorAll('[data-chart] svg')].every(it => it.getBoundingClientRect().width < 390)", new() { Timeout = 10_000 });

        Assert.Equal(0, await report.AskAsync<int>("return document.documentElement.scrollWidth - innerWidth"));
        await AssertChartsFitAsync(report);
    }

    [Fact]
    public async Task Print_FromDark_IsLightAndAsWideAsPaper()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);
        await report.Page.ClickAsync("#theme");

        await report.Page.EmulateMediaTypeAsync(MediaType.Print);

        await report.Page.WaitForExpressionAsync("document.documentElement.dataset.theme === 'light'", new() { Timeout = 10_000 });
        Assert.Equal("rgb(255, 255, 255)", await report.AskAsync<string>("return getComputedStyle(document.body).backgroundColor"));
        Assert.InRange(await report.AskAsync<double>("return Math.max(...[...document.querySelectorAll('[data-chart] svg')].map(it => it.getBoundingClientRect().right))"), 400, 690);
        await AssertChartsFitAsync(report);
        Assert.Equal("none", await report.AskAsync<string>("return getComputedStyle(document.querySelector('.bar')).display"));
        await report.Page.EmulateMediaTypeAsync(MediaType.Screen);
        await report.Page.WaitForExpressionAsync("document.documentElement.dataset.theme === 'dark'", new() { Timeout = 10_000 });
        Assert.Empty(report.Messages);
    }

    [Fact]
    public async Task Pdf_OfThePage_HasItsTextAndAHandfulOfPages()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample, dark: true);

        byte[] pdf = await report.Page.PdfDataAsync(new() { PreferCSSPageSize = true, PrintBackground = true });

        string text = System.Text.Encoding.Latin1.GetString(pdf);
        Assert.StartsWith("%PDF", text, StringComparison.Ordinal);
        Assert.InRange(System.Text.RegularExpressions.Regex.Count(text, @"/Type\s*/Page\b(?!s)"), 5, 12);
    }

    private static async Task AssertChartsFitAsync(OpenReport report)
        => Assert.Empty(await report.AskAsync<string[]>("""
            return [...document.querySelectorAll('[data-chart]')].flatMap(holder => {
              const box = holder.getBoundingClientRect(), svg = holder.querySelector('svg').getBoundingClientRect();
              const cut = text => text.width > 0 && (text.left < box.left - 1 || text.right > box.right + 1 || text.bottom > box.bottom + 1);
              const outside = [...holder.querySelectorAll('svg text')].filter(it => cut(it.getBoundingClientRect()));
              return [...(Math.abs(svg.width - box.width) > 1 ? [`${holder.dataset.chart} is ${svg.width} wide in ${box.width}`] : []), ...outside.map(it => `${holder.dataset.chart}: '${it.textContent}' is cut off`)];
            });
            """));
}
