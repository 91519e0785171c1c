using System.Text.RegularExpressions;
using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>What a project needs, and how it hears of it.</summary>
public sealed class RequirementTests(Feed feed)
{
    [Theory]
    [InlineData("net8.0")]
    [InlineData("netstandard2.0")]
    public void OldFramework_IsAnErrorBeforeRestore(string framework)
    {
        string text = new Consumer(feed, "framework-" + framework, ("Small.csproj", Sources.Project(framework: framework)), ("Model.cs", Sources.Model)).FailToBuild().OnlyError("SHW0006");
        Assert.Contains($"'{framework}'", text, StringComparison.Ordinal);
        Assert.Contains("<TargetFramework>net10.0</TargetFramework>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void OldCompiler_IsAnErrorOfTheBuild()
    {
        // Where it is older than the analyzers' own folder, none of them is loaded, and only the build can say so.
        var consumer = new Consumer(feed, "compiler", ("Small.csproj", Sources.Project()), ("Model.cs", Sources.Model));
        string text = consumer.FailToBuild("-p:CompilerApiVersion=roslyn4.12").OnlyError("SHW0003");
        Assert.Contains("5.0 or later, but this is 4.12", text, StringComparison.Ordinal);
        Assert.Contains(".NET 10 SDK", text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryErrorOfTheBuild_HasAPage()
    {
        string[] codes = [.. Directory.EnumerateFiles(Path.Combine(Settings.Repository, "sdk"), "*.targets", SearchOption.AllDirectories)
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), "Code=\"(SHW[0-9]{4})\" HelpLink=\"https://shardwright.dev/rules/\\1\"")).Select(m => m.Groups[1].Value).Distinct()];
        Assert.Equal(["SHW0003", "SHW0005", "SHW0006", "SHW1009"], codes.Order(StringComparer.Ordinal));
        Assert.All(codes, code => Assert.StartsWith($"# {code}: ", File.ReadAllText(Path.Combine(Settings.Repository, "analyzers", "rules", code + ".md")), StringComparison.Ordinal));
    }
}
