using Shardwright.Sdk.Tests.Setup;

namespace Shardwright.Sdk.Tests;

/// <summary><c>ShardwrightAnalysisMode</c>, and what overrides it. What the configurations say of each rule is tested where the rules are.</summary>
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

    // In bfloat16 its products would be faster, which SHW3011 suggests by default.
    private const string Wide = """
        using System.Numerics.Tensors;
        using Shardwright;

        [Model]
        public sealed partial class Wide
        {
            public const int Batch = 8, Context = 512, Width = 1024;
            public Parameter Up { get; } = new(Width, 4 * Width);
            public Parameter Down { get; } = new(4 * Width, Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => x + Nn.MatMul(Nn.Silu(Nn.MatMul(x, Up)), Down);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public void Mode_SetsTheSeverityOfRules_BelowTheUsersEditorConfig()
    {
        var consumer = new Consumer(feed, "mode", ("Small.csproj", Sources.Project()), ("Model.cs", Wide), (".editorconfig", "root = true\n"));
        Assert.DoesNotContain("SHW3011", consumer.Build().Output, StringComparison.Ordinal);
        Assert.Contains("warning SHW3011", consumer.Build("-p:ShardwrightAnalysisMode=All").Output, StringComparison.Ordinal);

        consumer.Write(".editorconfig", "root = true\n[*.cs]\ndotnet_diagnostic.SHW3011.severity = none\n");
        Assert.DoesNotContain("SHW3011", consumer.Build("-p:ShardwrightAnalysisMode=All").Output, StringComparison.Ordinal);

        consumer.Write(".editorconfig", "root = true\n[*.cs]\ndotnet_analyzer_diagnostic.category-Shardwright.Memory.severity = warning\n");
        Assert.Contains("warning SHW3011", consumer.Build().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("SHW3011", consumer.Build("-p:ShardwrightAnalysisMode=none").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void None_LeavesErrors_AndAnErrorMadeAWarningStillCostsTheProgram()
    {
        var consumer = new Consumer(feed, "mode-errors", ("Small.csproj", Sources.Project(properties: "<ShardwrightAnalysisMode>none</ShardwrightAnalysisMode>")), ("Model.cs", InPlace));
        Assert.Contains("error SHW1004", consumer.FailToBuild().Output, StringComparison.Ordinal);

        consumer.Write(".editorconfig", "root = true\n[*.cs]\ndotnet_diagnostic.SHW1004.severity = warning\n");
        string output = consumer.FailToBuild().Output;
        Assert.Contains("warning SHW1004", output, StringComparison.Ordinal);
        Assert.Contains("error SHW0001", output, StringComparison.Ordinal);
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
