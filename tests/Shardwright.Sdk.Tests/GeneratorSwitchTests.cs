using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary><c>DisableShardwrightGenerator</c>.</summary>
public sealed class GeneratorSwitchTests(Feed feed)
{
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
