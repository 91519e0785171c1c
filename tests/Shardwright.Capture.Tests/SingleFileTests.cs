using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;

namespace Shardwright.Capture.Tests;

/// <summary>A whole program in one file, top-level statements first, as <c>dotnet run app.cs</c> takes it: rules, places and fixes are those of a project.</summary>
public sealed class SingleFileTests
{
    static string Program(string mesh, string batch, string routed) => $$"""
        var model = new Tiny();
        Console.WriteLine(model);

        {{mesh}}
        public sealed partial class Tiny
        {
            public const int Batch = {{batch}}, Width = 8;
            public Parameter Router { get; } = new(Width, 16);
            {{routed}}
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Group.Forward(x, Nn.MatMul(x, Router));
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }

        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter Weight { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);
        }
        """;

    const string Group = "public ExpertGroup<Expert> Group { get; } = new(16, 2, () => new(Width))";

    [Fact]
    public Task AdviceAndItsFix_AreThoseOfAProject()
    {
        var test = new CSharpCodeFixTest<ModelAnalyzer, SuggestedFix>
        {
            TestCode = Program("[Model]", "8", "{|SHW5003:" + Group + ";|}"),
            FixedCode = Program("[Model]", "8", Group + " { BalanceLoss = 0.01f };"),
            OutputKind = OutputKind.ConsoleApplication,
        };
        test.EnabledAdvice.Add("SHW5003");
        return test.RunAsync();
    }

    [Fact]
    public Task ErrorAndItsFix_AreThoseOfAProject() => new CSharpCodeFixTest<ModelAnalyzer, SuggestedFix>
    {
        TestCode = Program("[Model, Mesh(Data = 4)]", "6", Group + ";").Replace("[Shape", "{|SHW2001:[Shape", StringComparison.Ordinal).Replace("Tensor<float> x) => Group", "Tensor<float> x|}) => Group", StringComparison.Ordinal),
        FixedCode = Program("[Model, Mesh(Data = 4)]", "8", Group + ";"),
        OutputKind = OutputKind.ConsoleApplication,
    }.RunAsync();

    [Theory]
    [InlineData("#:sdk Shardwright.Sdk@0.1.0\n")]
    [InlineData("#!/usr/bin/env dotnet\n#:sdk Shardwright.Sdk@0.1.0\n#:property ShardwrightTarget=trn2.48xlarge\n")]
    public async Task DirectivesOfAFileBasedProgram_ChangeNothing(string directives)
    {
        var options = GeneratorTest.ParseOptions.WithFeatures([new("FileBasedProgram", "true")]);
        string code = Program("[Model, Mesh(Data = 3)]", "8", Group + ";");
        var tree = CSharpSyntaxTree.ParseText(directives + code, options, "/0/app.cs");
        var compilation = CSharpCompilation.Create("app", [tree, CSharpSyntaxTree.ParseText("global using System; global using System.Numerics.Tensors; global using Shardwright;", options, "/0/Usings.cs")],
            References.Shardwright, new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));

        var attached = compilation.WithAnalyzers([new ModelAnalyzer()]);
        var whole = await attached.GetAnalyzerDiagnosticsAsync(default);
        var alone = await compilation.WithAnalyzers([new ModelAnalyzer()]).GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, default);

        var error = Assert.Single(whole, d => d.Id == "SHW2001");
        Assert.Equal(directives.Count(c => c == '\n') + code[..code.IndexOf("[Shape", StringComparison.Ordinal)].Count(c => c == '\n'), error.Location.GetLineSpan().StartLinePosition.Line);
        Assert.Equal(whole.Select(d => (d.Id, d.Location.SourceSpan)), alone.Select(d => (d.Id, d.Location.SourceSpan)));
    }
}
