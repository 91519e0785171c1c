using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary><c>ShardwrightAnalysisMode</c>, and what overrides it. What the configurations say is tested where the rules are.</summary>
public sealed class AnalysisModeTests(Feed feed)
{
    private const string InPlace = """
        using System.Numerics.Tensors;
        using Shardwright;

        [Model, Mesh(Data = 1)]
        public sealed partial class Adding
        {
            public Tensor<float> Forward([Shape("4", "8")] Tensor<float> x)
            {
                x += x;
                return x;
            }
        }
        """;

    [Theory]
    [InlineData("none")]
    [InlineData("All")]
    public void Mode_GivesTheCompilerItsConfiguration(string mode)
    {
        var consumer = new Consumer(feed, "mode-" + mode, ("Small.csproj", Sources.Project(properties: $"<ShardwrightAnalysisMode>{mode}</ShardwrightAnalysisMode>")), ("Model.cs", Sources.Model));
        Assert.Contains($"/build/{mode.ToLowerInvariant()}.globalconfig", consumer.Build().CompilerCommand.Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public void Default_GivesItNone_AndTheUsersEditorConfigDecides()
    {
        var consumer = new Consumer(feed, "mode-default", ("Small.csproj", Sources.Project()), ("Model.cs", InPlace), (".editorconfig", "root = true\n[*.cs]\ndotnet_diagnostic.SHW1004.severity = warning\n"));
        var result = consumer.FailToBuild();
        Assert.DoesNotContain("shardwright/0.1.0-e2e/build/", result.CompilerCommand, StringComparison.Ordinal);
        Assert.Contains("warning SHW1004", result.Output, StringComparison.Ordinal);
        // There is no program for such a model, whatever its rule's severity.
        Assert.Contains("error SHW0001", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownMode_IsAnErrorThatNamesTheModes()
    {
        var consumer = new Consumer(feed, "mode-wrong", ("Small.csproj", Sources.Project(properties: "<ShardwrightAnalysisMode>most</ShardwrightAnalysisMode>")), ("Model.cs", Sources.Model));
        string text = consumer.FailToBuild().OnlyError("SHW1009");
        Assert.Contains("'most'", text, StringComparison.Ordinal);
        Assert.Contains("none, default or all", text, StringComparison.Ordinal);
    }
}
