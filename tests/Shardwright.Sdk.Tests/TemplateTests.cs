using System.Globalization;
using System.Text.RegularExpressions;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>What a new user does first.</summary>
public sealed class TemplateTests(Feed feed)
{
    [Fact]
    public void Template_InstalledBuiltAndRun_Trains()
    {
        var consumer = new Consumer(feed, "new");
        var install = consumer.Dotnet("new", "install", feed.Package("Shardwright.Templates"));
        Assert.True(install.ExitCode == 0, install.Output);
        // A name that is no identifier: the namespace must become one.
        var create = consumer.Dotnet("new", "shardwright", "-n", "my-model", "--target", "trn3.ultraserver64", "--no-restore");
        Assert.True(create.ExitCode == 0, create.Output);

        var project = new Consumer(feed, "new/my-model");
        Assert.Contains($"Sdk=\"{Sources.Sdk}\"", project.Read("my-model.csproj"), StringComparison.Ordinal);
        Assert.Empty(project.Build("-warnaserror").Problems);
        var run = project.Dotnet("run", "--no-build");
        Assert.True(run.ExitCode == 0, run.Output);
        float[] losses = [.. Regex.Matches(run.Output, "loss ([0-9.]+)").Select(m => float.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        // 256 bytes at random cost ln 256 = 5.55 nats; the entropy of C# source's single bytes is about 3.3.
        Assert.InRange(losses[0], 5.3f, 5.8f);
        Assert.InRange(losses[^1], 0.1f, 3f);
        Assert.Matches("on trn3.ultraserver64 .*predicted step time [0-9.]+ µs", run.Output);
    }
}
