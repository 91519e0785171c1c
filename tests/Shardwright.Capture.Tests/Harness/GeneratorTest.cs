using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Generators;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>Drives the model generator over edits and tells what each edit re-ran.</summary>
public sealed class GeneratorTest
{
    GeneratorDriver driver;

    public GeneratorTest(IEnumerable<(string Path, string Code)> sources, IReadOnlyDictionary<string, string>? properties = null, IReadOnlyList<(string Path, string Text)>? machines = null,
        string assembly = "Test", IEnumerable<MetadataReference>? references = null)
    {
        Compilation = CSharpCompilation.Create(assembly, sources.Select(s => Parse(s.Path, s.Code)).Append(Parse("/0/Usings.cs", "global using System; global using System.Numerics.Tensors; global using Shardwright;")),
            References.Shardwright.AddRange(references ?? []), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        driver = CSharpGeneratorDriver.Create([new ModelGenerator().AsSourceGenerator()], [.. (machines ?? []).Select(m => new Additional(m.Path, m.Text))], ParseOptions, new Properties(properties ?? new Dictionary<string, string>()),
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
    }

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.CSharp14);

    public CSharpCompilation Compilation { get; private set; }

    /// <summary>The compilation with what the generator added in the last run.</summary>
    public Compilation Output { get; private set; } = null!;

    public GeneratorRunResult Run()
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(Compilation, out var output, out _);
        Output = output;
        return driver.GetRunResult().Results.Single();
    }

    /// <summary>The compilation with what the generator adds to it; the generator must report nothing.</summary>
    public Compilation Generated()
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(Compilation, out var generated, out var diagnostics);
        return diagnostics.IsEmpty ? generated : throw new InvalidOperationException(string.Join("\n", diagnostics));
    }

    public GeneratorRunResult Edit(string path, Func<string, string> change)
    {
        var tree = Compilation.SyntaxTrees.Single(t => t.FilePath == path);
        Compilation = Compilation.ReplaceSyntaxTree(tree, Parse(path, change(tree.ToString())));
        return Run();
    }

    public GeneratorRunResult Add(string path, string code)
    {
        Compilation = Compilation.AddSyntaxTrees(Parse(path, code));
        return Run();
    }

    /// <summary>How many values of a step the last run really computed anew.</summary>
    public static int Changed(GeneratorRunResult run, string step)
        => run.TrackedSteps.TryGetValue(step, out var steps)
            ? steps.SelectMany(s => s.Outputs).Count(o => o.Reason is not (IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged)) : 0;

    public static int Count(GeneratorRunResult run, string step) => run.TrackedSteps.TryGetValue(step, out var steps) ? steps.Sum(s => s.Outputs.Length) : 0;

    /// <summary>Steps must be comparable by value and keep no compilation alive.</summary>
    public static void AssertNoCompilerObjects(GeneratorRunResult run, IEnumerable<string> steps)
    {
        foreach (var step in steps)
            foreach (var (value, _) in run.TrackedSteps[step].SelectMany(s => s.Outputs))
                AssertNoCompilerObjects(value, step, new(ReferenceEqualityComparer.Instance));
    }

    static void AssertNoCompilerObjects(object? value, string step, HashSet<object> seen)
    {
        if (value is null or string or Type || value.GetType() is { IsPrimitive: true } or { IsEnum: true } || !seen.Add(value))
            return;
        if (value is Microsoft.CodeAnalysis.Compilation or ISymbol or SyntaxNode or SyntaxTree or SemanticModel or IOperation or Location)
            throw new InvalidOperationException($"Step '{step}' holds a {value.GetType().Name}.");
        if (value is IEnumerable items)
            foreach (var item in items)
                AssertNoCompilerObjects(item, step, seen);
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                AssertNoCompilerObjects(field.GetValue(value), step, seen);
    }

    static SyntaxTree Parse(string path, string code) => CSharpSyntaxTree.ParseText(code, ParseOptions, path, System.Text.Encoding.UTF8);

    sealed class Properties(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new ConfigOptions(values);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new ConfigOptions(new Dictionary<string, string> { ["build_metadata.AdditionalFiles.ShardwrightMachine"] = "true" });
    }

    sealed class Additional(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override Microsoft.CodeAnalysis.Text.SourceText GetText(CancellationToken cancellationToken = default) => Microsoft.CodeAnalysis.Text.SourceText.From(text);
    }
}
