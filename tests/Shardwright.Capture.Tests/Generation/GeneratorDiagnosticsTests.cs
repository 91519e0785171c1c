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

    [Theory]
    [InlineData("sealed partial class Tiny", "sealed class Tiny", "it is not partial, so its program cannot be added to it: write 'partial class'", true)]
    [InlineData("sealed partial class Tiny", "static partial class Tiny", "it cannot be constructed: remove 'static'", false)]
    [InlineData("partial class Tiny", "partial class Tiny<T>", "it has type parameters", false)]
    [InlineData("partial class Tiny", "partial record Tiny", "write 'class' in place of 'record'", false)]
    [InlineData("public sealed partial class Tiny", "file sealed partial class Tiny", "it is visible in its file only", false)]
    public void Declaration_ThatKeepsTheCompilerFromRunningAnalyzers_IsExplainedByTheGenerator_WithoutErrorsInItsCode(string before, string after, string need, bool hasSurface)
    {
        var run = Run(Right.Replace(before, after, StringComparison.Ordinal));
        var found = Assert.Single(run.Diagnostics);
        Assert.Equal("SHW0001", found.Id);
        Assert.Contains(need, found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal(hasSurface, run.GeneratedSources.Length > 0);
    }

    [Fact]
    public void NestedModel_IsExplainedByTheGenerator_WithoutErrorsInItsCode()
    {
        var run = Run($"public static partial class Outer {{ {Right} }}");
        Assert.Contains("it is nested in another class: declare it in a namespace", Assert.Single(run.Diagnostics).GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Empty(run.GeneratedSources);
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

    [Theory]
    [InlineData("ShardwrightTarget", "trn9.large", "trn2.48xlarge")]
    [InlineData("ShardwrightPlacement", "sideways", "'expert'")]
    public void TargetAndPlacement_Unknown_AreErrorsThatNameWhatThereIs(string property, string value, string need)
    {
        var found = Assert.Single(Run(Right, (property, value)).Diagnostics);
        Assert.Equal(("SHW1009", Location.None), (found.Id, found.Location));
        string message = found.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains(value, message, StringComparison.Ordinal);
        Assert.Contains(need, message, StringComparison.Ordinal);
    }

    [Fact]
    public void TargetProperty_NamesTheMachineOfThePlan()
    {
        Assert.Contains("on trn1.32xlarge", All(Run(Right, ("ShardwrightTarget", "trn1.32xlarge"))), StringComparison.Ordinal);
        Assert.Contains("on trn2.48xlarge", All(Run(Right)), StringComparison.Ordinal);
    }

    [Fact]
    public void MachineFile_OfTheUsers_BecomesTheTarget()
    {
        var run = new GeneratorTest([("/project/Tiny.cs", Right)], machines: [("/project/my.json", """{ "extends": "trn2.48xlarge", "name": "mine" }""")]).Run();

        Assert.Empty(run.Diagnostics);
        Assert.Contains("on mine", All(run), StringComparison.Ordinal);
        Assert.Contains("\"machine\":", All(run), StringComparison.Ordinal);
    }

    [Fact]
    public void MachineFile_WithAMistake_IsAnErrorAtItsLine()
    {
        var run = new GeneratorTest([("/project/Tiny.cs", Right)], machines: [("/project/my.json", "{\n  \"extends\": \"trn2.48xlarge\",\n  \"name\": \"mine\",\n  \"hbmm\": 1\n}")]).Run();

        var found = Assert.Single(run.Diagnostics, d => d.Id == "SHW0004");
        Assert.Equal(("/project/my.json", 3), (found.Location.GetLineSpan().Path, found.Location.GetLineSpan().StartLinePosition.Line));
        Assert.Contains("hbmm", found.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    static string All(GeneratorRunResult run) => string.Concat(run.GeneratedSources.Select(s => s.SourceText.ToString()));

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
