using Shardwright.Capture.Tests.Harness;
using Shardwright.Generators;

namespace Shardwright.Capture.Tests.Generation;

/// <summary>What an edit re-runs. Extraction runs for every class on every edit; everything behind it only when a value changed.</summary>
public sealed class IncrementalityTests
{
    static readonly string[] valueSteps = [TrackingNames.Extract, TrackingNames.Graphs, TrackingNames.Collect, TrackingNames.Options, TrackingNames.Link, TrackingNames.Compile, TrackingNames.Join, TrackingNames.Print];

    // Two models, so that an edit in a module of one shows that the other is left alone.
    static readonly (string, string)[] sources =
    [
        .. SampleSources.Files,
        ("/project/Other.cs", """
            [Model]
            public sealed partial class Other
            {
                public const int Batch = 8, Width = 4;
                public Mixer Mixer { get; } = new(Width);
                public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Mixer.Forward(x);
                public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
            }
            """),
        ("/project/Mixer.cs", """
            [Module]
            public sealed class Mixer(int width)
            {
                public Parameter Weight { get; } = new(width, width);
                public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);
            }
            """),
    ];

    static GeneratorTest Started()
    {
        var test = new GeneratorTest(sources);
        var run = test.Run();
        Assert.Null(run.Exception);
        Assert.Equal(2, GeneratorTest.Changed(run, TrackingNames.Compile));
        return test;
    }

    [Fact]
    public void Steps_HoldNoCompilerObjects() => GeneratorTest.AssertNoCompilerObjects(new GeneratorTest(sources).Run(), valueSteps);

    [Fact]
    public void UnrelatedFile_Added_ReRunsNothing()
    {
        var run = Started().Add("/project/Unrelated.cs", "file sealed class Unrelated;");
        Assert.All(valueSteps, step => Assert.Equal(0, GeneratorTest.Changed(run, step)));
    }

    [Fact]
    public void UnrelatedFile_Edited_ReRunsNothing()
    {
        var test = Started();
        test.Add("/project/Unrelated.cs", "file sealed class Unrelated;");
        var run = test.Edit("/project/Unrelated.cs", code => code + " file sealed class More;");
        Assert.All(valueSteps, step => Assert.Equal(0, GeneratorTest.Changed(run, step)));
    }

    [Theory]
    [InlineData("/project/SparseLanguageModel.cs")]
    [InlineData("/project/DecoderBlock.cs")]
    public void Comment_AboveAClass_LinksAndCompilesNothing(string path)
    {
        var run = Started().Edit(path, code => "// a comment\n\n" + code);
        foreach (var step in new[] { TrackingNames.Graphs, TrackingNames.Collect, TrackingNames.Link, TrackingNames.Compile })
            Assert.Equal(0, GeneratorTest.Changed(run, step));
        Assert.Equal(1, GeneratorTest.Changed(run, TrackingNames.Join));
    }

    [Fact]
    public void BodyOfAModule_Edited_CompilesOnlyItsModel()
    {
        var run = Started().Edit("/project/Mixer.cs", code => code.Replace("Nn.MatMul(x, Weight)", "Nn.Silu(Nn.MatMul(x, Weight))", StringComparison.Ordinal));
        Assert.Equal(1, GeneratorTest.Changed(run, TrackingNames.Graphs));
        Assert.Equal(1, GeneratorTest.Changed(run, TrackingNames.Link));
        Assert.Equal(1, GeneratorTest.Changed(run, TrackingNames.Compile));
        Assert.Equal(1, GeneratorTest.Changed(run, TrackingNames.Print));
        Assert.Equal(2, GeneratorTest.Count(run, TrackingNames.Compile));
    }

    [Fact]
    public void Helper_InAFileOfItsOwn_CountsAsPartOfItsCaller()
    {
        var test = new GeneratorTest([.. sources[..^1], ("/project/Mixer.cs", "[Module] public sealed class Mixer(int width) { public Parameter W { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => Helpers.Mixed(x) * W; }"),
            ("/project/Helpers.cs", "static class Helpers { public static Tensor<float> Mixed(Tensor<float> x) => x + x; }")]);
        test.Run();
        var run = test.Edit("/project/Helpers.cs", code => code.Replace("x + x", "x * x", StringComparison.Ordinal));
        Assert.Equal(1, GeneratorTest.Changed(run, TrackingNames.Compile));
    }
}
