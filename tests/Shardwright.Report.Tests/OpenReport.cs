using System.Text.Json;
using PuppeteerSharp;
using Shardwright.Tasks.Page;

namespace Shardwright.Report.Tests;

/// <summary>A report in the browser, opened from disk as a user does, with what it logged and what it asked for.</summary>
public sealed class OpenReport : IAsyncDisposable
{
    private readonly IBrowserContext window;
    private readonly string folder;
    private readonly List<string> messages = [];
    private readonly List<string> requests = [];

    private OpenReport(IBrowserContext window, IPage page, string folder) => (this.window, Page, this.folder) = (window, page, folder);

    public IPage Page { get; }

    public string Url => new Uri(Path.Combine(folder, "report.html")).AbsoluteUri;

    /// <summary>Console messages, page errors and violations of the page's policy.</summary>
    public IReadOnlyList<string> Messages => messages;

    /// <summary>Addresses that were asked for, the page itself included.</summary>
    public IReadOnlyList<string> Requests => requests;

    public static async Task<OpenReport> OpenAsync(Chromium chromium, string planJson, int width = 1280, bool dark = false)
    {
        var window = await chromium.NewWindowAsync();
        var page = await window.NewPageAsync();
        var report = new OpenReport(window, page, Directory.CreateTempSubdirectory("shardwright-report-").FullName);
        await File.WriteAllTextAsync(Path.Combine(report.folder, "report.html"), ReportPage.Render(planJson));
        page.Console += (_, it) => report.messages.Add($"console {it.Message.Type}: {it.Message.Text}");
        page.PageError += (_, it) => report.messages.Add($"error: {it.Message}");
        page.RequestFailed += (_, it) => report.messages.Add($"failed: {it.Request.Url}");
        page.Request += async (_, it) =>
        {
            report.requests.Add(it.Request.Url);
            await it.Request.ContinueAsync();
        };
        await page.SetRequestInterceptionAsync(true);
        await page.EvaluateExpressionOnNewDocumentAsync("addEventListener('securitypolicyviolation', it => console.error('policy: ' + it.violatedDirective + ' ' + it.blockedURI + ' ' + it.sourceFile))");
        await page.SetViewportAsync(new() { Width = width, Height = 900 });
        await page.EmulateMediaFeaturesAsync(
        [
            new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = dark ? "dark" : "light" },
            new() { MediaFeature = MediaFeature.PrefersReducedMotion, Value = "reduce" },
        ]);
        await page.GoToAsync(report.Url);
        await report.DrawnAsync();
        return report;
    }

    /// <summary>Waits until every chart is drawn.</summary>
    public Task DrawnAsync() => Page.WaitForExpressionAsync("'drawn' in document.documentElement.dataset", new() { Timeout = 60_000 });

    /// <summary>The value of a JavaScript function's body, through JSON.</summary>
    public async Task<T> AskAsync<T>(string body)
        => JsonSerializer.Deserialize<T>(await Page.EvaluateFunctionAsync<string>($"async () => JSON.stringify(await (async () => {{ {body} }})())"), JsonSerializerOptions.Web)!;

    public Task RunAsync(string body) => Page.EvaluateFunctionAsync($"async () => {{ {body} }}");

    /// <summary>A click of the mouse at a place of the window.</summary>
    public Task ClickAsync(double[] place) => Page.Mouse.ClickAsync((decimal)place[0], (decimal)place[1]);

    public async ValueTask DisposeAsync()
    {
        await window.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
