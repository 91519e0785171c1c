using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers.Suppressors;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Suppressors;

/// <summary>What the .NET SDK's own analyzers say of models: each warning is really theirs, is silenced in a model, and is not where their advice is right.</summary>
public sealed class ModelSuppressorTests
{
    static readonly ImmutableArray<DiagnosticAnalyzer> sdk = [.. Directory.GetFiles(References.Metadata("SdkAnalyzers"), "*.dll").Concat(Directory.GetFiles(References.Metadata("SdkCodeStyle"), "*.dll"))
        .Where(path => Path.GetFileName(path) is { } name && !name.Contains("CodeFixes", StringComparison.Ordinal) && !name.Contains("VisualBasic", StringComparison.Ordinal))
        .SelectMany(Analyzers)];

    static IEnumerable<DiagnosticAnalyzer> Analyzers(string path) => Types(Assembly.LoadFrom(path))
        .Where(t => !t.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(t) && t.GetCustomAttribute<DiagnosticAnalyzerAttribute>()?.Languages.Contains(LanguageNames.CSharp) == true)
        .Select(t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!).Where(a => a.SupportedDiagnostics.Any(d => d.Id is "CA1822" or "CA1062" or "IDE0051"));

    /// <summary>Those whose dependencies are here; the others have nothing to do with these rules.</summary>
    static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>();
        }
    }

    /// <summary>The marked rules are reported of <paramref name="source"/>: at all, and beside the suppressor.</summary>
    static async Task<(int Without, int With)> Count(string id, string source)
    {
        var compilation = CSharpCompilation.Create("Test", [CSharpSyntaxTree.ParseText("using System.Numerics.Tensors; using Shardwright;\n" + source, GeneratorTest.ParseOptions, "/0/Test0.cs")], References.Shardwright,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, specificDiagnosticOptions: new Dictionary<string, ReportDiagnostic> { [id] = ReportDiagnostic.Warn }));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        return (await Found(sdk), await Found(sdk.Add(new ModelSuppressor())));

        async Task<int> Found(ImmutableArray<DiagnosticAnalyzer> analyzers)
        {
            var found = await compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, true, false, reportSuppressedDiagnostics: false)).GetAnalyzerDiagnosticsAsync(default);
            Assert.DoesNotContain(found, d => d.Id == "AD0001");
            return found.Count(d => d.Id == id);
        }
    }

    const string Annotated = """
        [Module] public sealed class Gate
        {
            public Parameter Weight { get; } = new(4);
            public Tensor<float> Forward(Tensor<float> x) => Nn.Silu(x);
        }
        """;

    static string Plain(string code) => code.Replace("[Module] ", "", StringComparison.Ordinal);

    [Fact]
    public async Task ForwardWithoutState_StaysAnInstanceMethod() => Assert.Equal((1, 0), await Count("CA1822", Annotated));

    [Fact]
    public async Task OrdinaryMethod_IsStillAdvisedToBeStatic()
    {
        Assert.Equal((1, 1), await Count("CA1822", Plain(Annotated)));
        Assert.Equal((1, 1), await Count("CA1822", Annotated.Replace("Forward", "Helper", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ArgumentsOfACapturedMethod_CannotBeChecked() => Assert.Equal((1, 0), await Count("CA1062", Annotated.Replace("Nn.Silu(x)", "Nn.Reshape(x, (int)x.Lengths[0])", StringComparison.Ordinal)));

    [Fact]
    public async Task ArgumentsOfAnOrdinaryMethod_StillShouldBe() => Assert.Equal((1, 1), await Count("CA1062", Plain(Annotated).Replace("Nn.Silu(x)", "Nn.Reshape(x, (int)x.Lengths[0])", StringComparison.Ordinal)));

    const string Named = """
        [Model] public sealed partial class A
        {
            const int Batch = 8;
            public Parameter Weight { get; } = new(4);
            public Tensor<float> Forward([Shape("Batch", "4"), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => x + Weight;
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public async Task ConstantThatAShapeNames_IsUsed() => Assert.Equal((1, 0), await Count("IDE0051", Named));

    [Fact]
    public async Task ConstantThatNoShapeNames_IsNot() => Assert.Equal((1, 1), await Count("IDE0051", Named.Replace("\"Batch\"", "\"8\"", StringComparison.Ordinal)));
}
