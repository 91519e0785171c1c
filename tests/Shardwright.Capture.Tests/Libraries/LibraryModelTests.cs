using Microsoft.CodeAnalysis;
using Shardwright.Capture.Tests.Harness;
using Shardwright.Generators;

namespace Shardwright.Capture.Tests.Libraries;

/// <summary>A model whose modules lie in another assembly is the model with all its source in one.</summary>
public sealed class LibraryModelTests
{
    static readonly (string Path, string Code)[] modules = [.. SampleSources.Files.Skip(1)];
    static readonly (string Path, string Code) model = SampleSources.Files[0];
    static readonly Dictionary<string, string> directory = new() { ["build_property.ProjectDir"] = "/project/" };

    static SortedDictionary<string, string> Files(GeneratorTest test)
    {
        var run = test.Run();
        Assert.Null(run.Exception);
        Assert.Empty(run.Diagnostics);
        return new(run.GeneratedSources.Where(s => !s.HintName.EndsWith(".Graph.g.cs", StringComparison.Ordinal)).ToDictionary(s => s.HintName, s => s.SourceText.ToString()), StringComparer.Ordinal);
    }

    [Fact]
    public void Model_WithModulesInOneAssemblyOrInTwo_IsTheSameProgram()
    {
        var together = Files(new GeneratorTest(SampleSources.Files, directory));
        var apart = new GeneratorTest([model], directory, references: [LibraryProject.Build("Layers", modules, directory)]);
        Assert.Equal(3, together.Count);
        Assert.Equal(together, Files(apart));
        Assert.Contains("DecoderBlock.cs(24)", together["SparseLanguage.SparseLanguageModel.Program.g.cs"], StringComparison.Ordinal);
        LibraryProject.Image(apart.Generated());
    }

    [Fact]
    public void Model_WithModulesInThreeAssemblies_IsTheSameProgram()
    {
        var experts = LibraryProject.Build("Experts", [modules[1]], directory);
        var blocks = LibraryProject.Build("Blocks", [modules[0]], directory, experts);
        Assert.Equal(Files(new GeneratorTest(SampleSources.Files, directory)), Files(new GeneratorTest([model], directory, references: [experts, blocks])));
    }

    [Fact]
    public void Library_BuiltAgainAndElsewhere_IsTheSame()
    {
        var here = LibraryProject.Image(new GeneratorTest(modules, directory).Generated());
        var elsewhere = new GeneratorTest(modules.Select(m => (m.Path.Replace("/project/", "/home/x/", StringComparison.Ordinal), m.Code)), new Dictionary<string, string> { ["build_property.ProjectDir"] = "/home/x/" }).Generated();
        Assert.Equal(Graphs(new GeneratorTest(modules, directory).Generated()), Graphs(elsewhere));
        Assert.DoesNotContain("/home/x", System.Text.Encoding.UTF8.GetString(LibraryProject.Image(elsewhere)), StringComparison.Ordinal);
        Assert.NotEmpty(here);

        static string Graphs(Compilation compilation) => string.Join("\n", compilation.SyntaxTrees.Where(t => t.FilePath.EndsWith(".Graph.g.cs", StringComparison.Ordinal)).Select(t => t.ToString()));
    }

    [Theory]
    [InlineData("ShardwrightModuleGraphs", "false")]
    [InlineData("ShardwrightModuleGraphs", "Off")]
    [InlineData("DisableShardwrightGenerator", "yes")]
    [InlineData("DisableShardwrightGenerator", "true")]
    public void Graphs_SwitchedOff_AreNotPacked(string property, string value)
        => Assert.Empty(new GeneratorTest(modules, new Dictionary<string, string> { ["build_property." + property] = value }).Run().GeneratedSources);

    [Fact]
    public void Graphs_OfModelsAndOfBrokenModules_AreNotPacked()
    {
        var run = new GeneratorTest([.. SampleSources.Files, ("/project/Broken.cs", "[Module] public sealed class Broken(int width) { public Parameter W { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => x ?? W; }")]).Run();
        Assert.Equal(["SparseLanguage.DecoderBlock.Graph.g.cs", "SparseLanguage.SwiGlu.Graph.g.cs"], run.GeneratedSources.Select(s => s.HintName).Where(n => n.Contains("Graph", StringComparison.Ordinal)));
    }

    [Fact]
    public void TwoModules_WhoseNamesDifferInCaseOnly_ArePackedBoth()
    {
        var run = new GeneratorTest([("/project/M.cs", "[Module] public sealed class Part(int width) { public Parameter W { get; } = new(width); } [Module] public sealed class part(int width) { public Parameter W { get; } = new(width); }")]).Run();
        Assert.Null(run.Exception);
        Assert.Equal(2, run.GeneratedSources.Length);
    }

    [Fact]
    public void ModuleDeclaredTwice_IsPackedOnce()
    {
        var run = new GeneratorTest([("/project/M.cs", "[Module] public sealed partial class Part(int width) { public Parameter W { get; } = new(width); } [Module] public sealed partial class Part { }")]).Run();
        Assert.Null(run.Exception);
        Assert.True(run.GeneratedSources.Length <= 1);
    }

    [Fact]
    public void OverloadedMethods_SomeOfThemPrivate_AreCalledByTheirOwnKey()
    {
        var part = LibraryProject.Build("""
            [Module] public sealed class Part(int width)
            {
                public Parameter W { get; } = new(width, width);
                public Tensor<float> Forward(Tensor<float> x) => Forward(x, 2f);
                Tensor<float> Forward(Tensor<float> x, float scale) => Nn.MatMul(x, W) * scale;
                public (Tensor<float> A, Tensor<float> B) Two(Tensor<float> x) => (Forward(x), x);
            }
            """);
        var test = new GeneratorTest([("/project/A.cs", """
            [Model] public sealed partial class A
            {
                public const int Batch = 8, Width = 4;
                public Part Part { get; } = new(Width);
                public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
                {
                    var (a, b) = Part.Two(Part.Forward(x));
                    return a + b;
                }
                public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
            }
            """)], references: [part]);
        Assert.Equal(3, Files(test).Count);
        LibraryProject.Image(test.Generated());
    }

    [Fact]
    public void EditsBesideALibrary_ReadNothingAndCompileNothing()
    {
        var test = new GeneratorTest([model, ("/project/Other.cs", "public sealed class Other;")], directory, references: [LibraryProject.Build("Layers", modules, directory)]);
        var first = test.Run();
        var edited = test.Edit("/project/Other.cs", code => code + " public sealed class More;");
        var body = test.Edit("/project/SparseLanguageModel.cs", code => "// a comment\n" + code);
        foreach (var step in new[] { TrackingNames.Libraries, TrackingNames.Collect, TrackingNames.Link, TrackingNames.Compile, TrackingNames.Pack })
            Assert.Equal((0, 0), (GeneratorTest.Changed(edited, step), GeneratorTest.Changed(body, step)));
        Assert.Same(Graph(first), Graph(body));
        GeneratorTest.AssertNoCompilerObjects(body, [TrackingNames.Extract, TrackingNames.Libraries]);

        // The very object: what was read once is not read again.
        static object Graph(GeneratorRunResult run) => ((System.Collections.IEnumerable)run.TrackedSteps[TrackingNames.Libraries].SelectMany(s => s.Outputs).First().Value).Cast<Capture.Libraries.LibraryModule>().First().Graph;
    }

    [Fact]
    public void CommentAboveAModule_PacksOnlyThatAnew()
    {
        var test = new GeneratorTest(modules, directory);
        test.Run();
        Assert.Equal(1, GeneratorTest.Changed(test.Edit(modules[0].Path, code => "// a comment\n" + code), TrackingNames.Pack));
        Assert.Equal(0, GeneratorTest.Changed(test.Add("/project/Other.cs", "public sealed class Other;"), TrackingNames.Pack));
    }
}
