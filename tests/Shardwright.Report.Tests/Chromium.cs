using PuppeteerSharp;
using Shardwright.Report.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Shardwright.Report.Tests;

/// <summary>One headless Chromium for all tests: the one that <c>SHARDWRIGHT_CHROMIUM</c> names, else one of the usual places of a Linux system.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] UsualPlaces = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable", "/usr/bin/google-chrome"];

    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        string? named = Environment.GetEnvironmentVariable("SHARDWRIGHT_CHROMIUM");
        if (!string.IsNullOrEmpty(named) && !File.Exists(named))
            throw new FileNotFoundException($"SHARDWRIGHT_CHROMIUM names '{named}', which does not exist; name a Chromium executable, or unset it to look in the usual places.");
        if ((named is { Length: > 0 } ? named : UsualPlaces.FirstOrDefault(File.Exists)) is not { } path)
            return;
        // A sandbox needs rights that containers do not give; the pages come from this repository.
        browser = await Puppeteer.LaunchAsync(new() { ExecutablePath = path, Headless = true, Args = ["--no-sandbox", "--disable-gpu", "--force-device-scale-factor=1", "--font-render-hinting=none", "--disable-dev-shm-usage"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
    }

    /// <summary>A new window that remembers nothing of others; the test is skipped, in words, where there is no browser.</summary>
    public async Task<IBrowserContext> NewWindowAsync()
    {
        Assert.SkipWhen(browser is null, "No Chromium: install Debian's package 'chromium', or name an executable in SHARDWRIGHT_CHROMIUM.");
        return await browser!.CreateBrowserContextAsync();
    }
}
