using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Compiler;
using Shardwright.Generators;

namespace Shardwright.Training.Tests.Harness;

/// <summary>A model source compiled in memory with the generator, for one mesh. Compiled once a source and mesh.</summary>
public sealed class ModelAssembly
{
    static readonly ConcurrentDictionary<(string Source, string Mesh), Lazy<ModelAssembly>> Cache = new();
    static readonly MetadataReference[] References = [.. Directory.GetFiles(Metadata("RefPack"), "*.dll").Append(typeof(Parameter).Assembly.Location)
        .Append(typeof(System.Numerics.Tensors.Tensor).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path))];

    ModelAssembly(string source, string mesh)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        const string Usings = "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Numerics.Tensors; global using Shardwright;";
        var compilation = CSharpCompilation.Create("Model", [Tree(Usings, "Usings.cs"), Tree(source, "Model.cs")], References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
        var driver = CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], [], options, new Properties(mesh), new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true)).RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var diagnostics);
        Files = driver.GetRunResult().GeneratedTrees.ToDictionary(t => Path.GetFileName(t.FilePath), t => t.ToString());
        var image = new MemoryStream();
        var result = generated.Emit(image);
        if (!result.Success || diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
            throw new InvalidOperationException(string.Join("\n", diagnostics.Concat(result.Diagnostics).Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString()).Take(8).Concat(CompilerMessages(driver))));
        image.Position = 0;
        Assembly = new AssemblyLoadContext(null, isCollectible: false).LoadFromStream(image);

        SyntaxTree Tree(string text, string path) => CSharpSyntaxTree.ParseText(text, options, path, System.Text.Encoding.UTF8);
    }

    static IEnumerable<string> CompilerMessages(GeneratorDriver driver) => driver.GetRunResult().Results.Single().TrackedSteps[TrackingNames.Compile].SelectMany(s => s.Outputs)
        .Select(o => o.Value.GetType().GetProperty("Value")?.GetValue(o.Value)).OfType<CompiledModel>().SelectMany(m => m.Diagnostics).Select(d => $"{d.Id} {d.Type}#{d.Site}: {d.Message}");

    public Assembly Assembly { get; }

    /// <summary>The generated files by name.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <param name="source">Source text of a model.</param>
    /// <param name="mesh">Data and expert sizes; null keeps the model's own.</param>
    public static ModelAssembly Compile(string source, (int Data, int Expert)? mesh = null)
    {
        string text = mesh is { } m ? $"data={m.Data} expert={m.Expert}" : "";
        return Cache.GetOrAdd((source, text), key => new(() => new ModelAssembly(key.Source, key.Mesh))).Value;
    }

    static string Metadata(string key) => typeof(ModelAssembly).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    sealed class Properties(string mesh) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(mesh);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        sealed class Options(string mesh) : AnalyzerConfigOptions
        {
            public override IEnumerable<string> Keys => [];

            public override bool TryGetValue(string key, out string value)
            {
                value = key == "build_property.ShardwrightMesh" ? mesh : "";
                return value.Length > 0;
            }
        }
    }
}
