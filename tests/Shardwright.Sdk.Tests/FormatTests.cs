using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary><c>dotnet format analyzers</c> with the code fixes that the package brings.</summary>
public sealed class FormatTests(Feed feed)
{
    [Fact]
    public void FormatAnalyzers_AppliesTheFixOfAnError_AndTheProjectBuilds()
    {
        string broken = Sources.Model.Replace("=> Nn.MatMul(x + Experts.Forward(x, logits: Nn.MatMul(x, Router)), Head);", "{ x += Experts.Forward(x, logits: Nn.MatMul(x, Router)); return Nn.MatMul(x, Head); }", StringComparison.Ordinal);
        var consumer = new Consumer(feed, "format", ("Small.csproj", Sources.Project()), ("Model.cs", broken));
        var format = consumer.Dotnet("format", "analyzers", "Small.csproj", "--diagnostics", "SHW1004");
        Assert.True(format.ExitCode == 0, format.Output);
        Assert.Equal(broken.Replace("x += Experts", "x = x + Experts", StringComparison.Ordinal), consumer.Read("Model.cs").ReplaceLineEndings("\n"));
        Assert.Empty(consumer.Build("--no-restore").Problems);
    }
}
