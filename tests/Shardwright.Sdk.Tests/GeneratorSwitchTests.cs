using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary><c>DisableShardwrightGenerator</c> and the other switches.</summary>
public sealed class GeneratorSwitchTests(Feed feed)
{
    // MSBuild takes yes, no, on and off for what they say, and so do we.
    [Theory]
    [InlineData("DisableShardwrightGenerator", "1")]
    [InlineData("ShardwrightModuleGraphs", "0")]
    [InlineData("ShardwrightReport", "never")]
    public void Switch_ThatIsNeitherTrueNorFalse_IsAnErrorThatNamesIt(string name, string value)
    {
        var consumer = new Consumer(feed, "switch-" + name, ("Small.csproj", Sources.Project(properties: $"<{name}>{value}</{name}>")), ("Model.cs", Sources.Model));
        Assert.Equal($"{name}: '{value}' is out of range: need true or false", consumer.FailToBuild().OnlyError("SHW1009"));
    }

    [Fact]
    public void Off_TheCompilerDoesNotLoadTheGenerator_ButTheAnalyzers()
    {
        var consumer = new Consumer(feed, "switch", ("Small.csproj", Sources.Project(properties: "<DisableShardwrightGenerator>true</DisableShardwrightGenerator>")), ("Model.cs", Sources.Model));
        var result = consumer.Build();
        Assert.DoesNotContain("Shardwright.Generators.dll", result.CompilerCommand, StringComparison.Ordinal);
        Assert.Contains("Shardwright.Analyzers.dll", result.CompilerCommand, StringComparison.Ordinal);
        Assert.Empty(consumer.Files(Sources.GeneratedFolder));
    }
}
