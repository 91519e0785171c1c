using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers;
using Shardwright.Capture.Reuse;
using Shardwright.Capture.Tests.Harness;
using Shardwright.Compiler;
using Shardwright.Generators;

namespace Shardwright.Capture.Tests.Reuse;

/// <summary>What an edit costs generator and analyzer together: models that it does not change are neither captured nor compiled again.</summary>
public sealed class EditCostTests
{
    // Names of their own: other tests compile models at the same time.
    static readonly string[] models = [.. Enumerable.Range(0, 20).Select(i => $"EditCost.Model{i}")];

    static IEnumerable<(string Path, string Code)> Files()
    {
        foreach (int i in Enumerable.Range(0, models.Length))
            yield return ($"/project/Model{i}.cs", $$"""
                namespace EditCost;
                [Model] public sealed partial class Model{{i}}
                {
                    public const int Batch = 8, Width = 4;
                    public Part Part { get; } = new(Width);
                    public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Helpers.Scaled(Part.Forward(x)) * {{i + 1}}f;
                    public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
                }
                """);
        yield return ("/project/Part.cs", """
            namespace EditCost;
            [Module] public sealed class Part(int width)
            {
                public Parameter Weight { get; } = new(width, width);
                public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);
            }
            """);
        yield return ("/project/Helpers.cs", "namespace EditCost; static class Helpers { public static Tensor<float> Scaled(Tensor<float> x) => x * 2f; }");
        yield return ("/project/Other.cs", "namespace EditCost; public sealed class Other { public int Sum(int to) { int sum = 0; for (int i = 0; i < to; i++) sum += i; return sum; } }");
    }

    static async Task<(GeneratorTest Test, ConcurrentQueue<string> Compiled)> Started()
    {
        var compiled = new ConcurrentQueue<string>();
        CompilationMemo.Compiled += type =>
        {
            if (models.Contains(type))
                compiled.Enqueue(type);
        };
        var test = new GeneratorTest(Files());
        Assert.Empty(test.Run().Diagnostics);
        await Analyze(test);
        compiled.Clear();
        return (test, compiled);
    }

    static async Task Analyze(GeneratorTest test) => Assert.Empty((await test.Output.WithAnalyzers([new ModelAnalyzer()]).GetAnalyzerDiagnosticsAsync()).Where(d => d.Severity == DiagnosticSeverity.Error));

    /// <summary>Steps of the generator and compilations of both after one more edit.</summary>
    static async Task<(int Linked, int Compiled, int Printed, string[] Types)> Edit((GeneratorTest Test, ConcurrentQueue<string> Compiled) project, string path, Func<string, string> change)
    {
        project.Compiled.Clear();
        var run = project.Test.Edit(path, change);
        await Analyze(project.Test);
        return (GeneratorTest.Changed(run, TrackingNames.Link), GeneratorTest.Changed(run, TrackingNames.Compile), GeneratorTest.Changed(run, TrackingNames.Print), [.. project.Compiled.Distinct().Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public async Task Edits_CompileWhatTheyChange_InGeneratorAndAnalyzerTogether()
    {
        var project = await Started();

        var (linked, compiled, printed, types) = await Edit(project, "/project/Other.cs", code => code.Replace("int sum = 0", "int sum = 1", StringComparison.Ordinal));
        Assert.Equal((0, 0, 0), (linked, compiled, printed));
        Assert.Empty(types);

        (linked, compiled, printed, types) = await Edit(project, "/project/Other.cs", code => code + " public sealed class More;");
        Assert.Equal((0, 0, 0), (linked, compiled, printed));
        Assert.Empty(types);

        // The printed text names lines; nothing else does.
        (linked, compiled, printed, types) = await Edit(project, "/project/Model3.cs", code => "// a comment\n" + code);
        Assert.Equal((0, 0, 1), (linked, compiled, printed));
        Assert.Empty(types);

        (linked, compiled, printed, types) = await Edit(project, "/project/Model5.cs", code => code.Replace("* 6f", "* 60f", StringComparison.Ordinal));
        Assert.Equal((1, 1, 1), (linked, compiled, printed));
        Assert.Equal(["EditCost.Model5"], types);

        (linked, compiled, printed, types) = await Edit(project, "/project/Helpers.cs", code => code.Replace("2f", "3f", StringComparison.Ordinal));
        Assert.Equal((20, 20, 20), (linked, compiled, printed));
        Assert.Equal(models.Order(StringComparer.Ordinal), types);
    }

    [Fact]
    public async Task Class_IsCapturedAgain_OnlyWhereItMayMeanSomethingElse()
    {
        var (test, _) = await Started();
        var before = Captured(test);

        test.Edit("/project/Other.cs", code => code.Replace("int sum = 0", "int sum = 1", StringComparison.Ordinal));
        Assert.Same(before, Captured(test));
        test.Edit("/project/Model4.cs", code => code.Replace("* 5f", "* 7f", StringComparison.Ordinal));
        Assert.Same(before, Captured(test));

        // What other files declare under names that it does not reach cannot change it.
        test.Edit("/project/Other.cs", code => code + " static class Nothing;");
        test.Edit("/project/Other.cs", code => code.Replace("public int Sum", "public static int Scaled => 1; [Obsolete] public int Sum", StringComparison.Ordinal));
        test.Edit("/project/Model7.cs", code => code.Replace("[Model]", "[Model, Mesh(Data = 2)]", StringComparison.Ordinal));
        Assert.Same(before, Captured(test));

        // A name in the class might now mean something else.
        test.Edit("/project/Other.cs", code => code + " static class Batch;");
        var declared = Captured(test);
        Assert.NotSame(before, declared);
        // A helper's body is part of the class.
        test.Edit("/project/Helpers.cs", code => code.Replace("2f", "5f", StringComparison.Ordinal));
        var helped = Captured(test);
        Assert.NotEqual(declared.Graph, helped.Graph);
        test.Edit("/project/Model0.cs", code => "\n" + code);
        Assert.NotSame(helped, Captured(test));
        Assert.Equal(helped.Graph, Captured(test).Graph);

        static CapturedModule Captured(GeneratorTest test) => CaptureMemo.Capture(test.Compilation.GetTypeByMetadataName("EditCost.Model0")!, test.Compilation, default);
    }

    [Fact]
    public void Constant_OfAnotherFile_IsPartOfItsMeaning()
    {
        var test = new GeneratorTest([("/project/M.cs", "[Module] public sealed class Sized { public Parameter W { get; } = new(Sizes.Width); }"), ("/project/Sizes.cs", "static class Sizes { public const int Width = 4; }")]);
        var four = Captured();
        test.Edit("/project/Sizes.cs", code => code.Replace("4", "8", StringComparison.Ordinal));
        var eight = Captured();
        Assert.NotEqual(four.Graph, eight.Graph);
        Assert.Equal(ModuleCapture.Capture(test.Compilation.GetTypeByMetadataName("Sized")!, test.Compilation, null, default).Graph, eight.Graph);

        CapturedModule Captured() => CaptureMemo.Capture(test.Compilation.GetTypeByMetadataName("Sized")!, test.Compilation, default);
    }

    [Fact]
    public async Task AnnotationUnderAnotherName_IsFound()
    {
        var test = new CSharpAnalyzerTest<ModelAnalyzer>();
        test.TestState.Sources.Add("global using Layer = Shardwright.ModuleAttribute;");
        test.TestState.Sources.Add("[Layer] public sealed class A(int width) { public Parameter W { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => {|SHW1001:x ?? W|}; }");
        test.TestState.Sources.Add("[Shardwright.Module] public sealed class B(int width) { public Parameter W { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => {|SHW1001:x ?? W|}; }");
        await test.RunAsync();
    }
}
