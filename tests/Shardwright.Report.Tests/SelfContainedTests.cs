namespace Shardwright.Report.Tests;

/// <summary>The page is one file: it asks for nothing, and nothing that is not its own runs in it.</summary>
public sealed class SelfContainedTests(Chromium chromium)
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Page_OpenedFromDisk_LogsNothingAndAsksForNothingElse(bool hostile)
    {
        await using var report = await OpenReport.OpenAsync(chromium, hostile ? Plans.Hostile : Plans.Sample);

        Assert.Empty(report.Messages);
        Assert.Equal([report.Url], report.Requests);
    }

    [Fact]
    public async Task Policy_ScriptPutIntoThePage_DoesNotRun()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        await report.RunAsync("""
            const it = document.createElement('script');
            it.textContent = 'window.attacked = 1';
            document.body.append(it);
            document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.attacked = 1">');
            """);

        Assert.False(await report.AskAsync<bool>("await new Promise(done => setTimeout(done, 100)); return 'attacked' in window"));
        Assert.Contains(report.Messages, it => it.Contains("policy: script-src", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Policy_FetchFromThePage_IsRefused()
    {
        await using var report = await OpenReport.OpenAsync(chromium, Plans.Sample);

        Assert.Equal("refused", await report.AskAsync<string>("return await fetch('https://shardwright.invalid/').then(() => 'sent', () => 'refused')"));
        Assert.Contains(report.Messages, it => it.Contains("Content Security Policy", StringComparison.Ordinal) && it.Contains("connect-src", StringComparison.Ordinal));
        Assert.Equal([report.Url], report.Requests);
    }
}
