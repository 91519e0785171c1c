using Microsoft.CodeAnalysis;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Generation;

public sealed class GeneratorDiagnosticsTests
{
    const string Right = """
        [Model]
        public sealed partial class Tiny
        {
            public const int Batch = 8, Width = 4;
            public Parameter Weight { get; } = new(Width, Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Nn.MatMul(x, Weight);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    static readonly string wrong = Right.Replace("Nn.MatMul(x, Weight)", "x ?? Weight", StringComparison.Ordinal);

    static GeneratorRunResult Run(string code, params (string, string)[] properties)
        => new GeneratorTest([("/project/Tiny.cs", code)], properties.ToDictionary(p => "build_property." + p.Item1, p => p.Item2)).Run();

    [Fact]
    public void Model_WithCaptureErrors_IsOneErrorAtItsName()
    {
        var found = Assert.Single(Run(wrong).Diagnostics);
        Assert.Equal("SHW0001", found.Id);
        Assert.Equal((1, "Tiny"), (found.Location.GetLineSpan().StartLinePosition.Line, found.Location.SourceTree!.ToString().Substring(found.Location.SourceSpan.Start, found.Location.SourceSpan.Length)));
        Assert.True(found.Location.IsInSource);
    }

    [Fact]
    public void RightModel_HasNoGeneratorError() => Assert.Empty(Run(Right).Diagnostics);

    [Fact]
    public void MeshProperty_Malformed_IsAnErrorWithoutLocation()
    {
        var found = Assert.Single(Run(Right, ("ShardwrightMesh", "data=four")).Diagnostics);
        Assert.Equal(("SHW1009", Location.None), (found.Id, found.Location));
        Assert.Contains("data=four", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void PrecisionProperty_Malformed_IsAnErrorThatNamesTheFormats()
    {
        var found = Assert.Single(Run(Right, ("ShardwrightPrecision", "fp16")).Diagnostics);
        Assert.Equal(("SHW1009", Location.None), (found.Id, found.Location));
        Assert.Contains("BFloat16", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void PrecisionProperty_OverridesTheModel()
    {
        Assert.Contains("BFloat16s(", string.Concat(Run(Right, ("ShardwrightPrecision", "BFloat16")).GeneratedSources.Select(s => s.SourceText.ToString())), StringComparison.Ordinal);
        string own = Right.Replace("[Model]", "[Model, Precision(NumberFormat.BFloat16)]", StringComparison.Ordinal);
        Assert.DoesNotContain("BFloat16s(", string.Concat(Run(own, ("ShardwrightPrecision", "Float32")).GeneratedSources.Select(s => s.SourceText.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public void DisabledGenerator_PrintsAndReportsNothing()
    {
        var run = Run(wrong, ("DisableShardwrightGenerator", "true"));
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.GeneratedSources);
    }

    [Fact]
    public void ProjectWithoutModel_GetsNothing()
    {
        var run = Run("public sealed class Ordinary;", ("ShardwrightMesh", "wrong"));
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.GeneratedSources);
    }
}
