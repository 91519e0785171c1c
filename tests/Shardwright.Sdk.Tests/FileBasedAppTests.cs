using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary>A program of one file, without a project.</summary>
public sealed class FileBasedAppTests(Feed feed)
{
    [Fact]
    public void File_WithTheSdkDirective_Trains()
    {
        string program = Sources.Program.Replace("using System.Linq;", "using System.Linq;\nusing System.Numerics.Tensors;", StringComparison.Ordinal);
        string model = Sources.Model[Sources.Model.IndexOf("[Model", StringComparison.Ordinal)..];
        var consumer = new Consumer(feed, "file", ("app.cs", $"#:sdk Shardwright.Sdk@{Feed.Version}\n{program.Replace("using Consuming;\n", "", StringComparison.Ordinal)}\n{model}"));
        var result = consumer.Dotnet("run", "app.cs");
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("learned on 2 ranks", result.Output, StringComparison.Ordinal);
    }
}
