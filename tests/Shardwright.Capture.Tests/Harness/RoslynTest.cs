using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>
/// A small stand-in for Microsoft.CodeAnalysis.Testing with its markup and names, so that moving to it is a change of <c>using</c>. Every analyzer test runs on the whole project,
/// on one document at a time (what an editor asks for), with the rules suppressed by pragma, and as generated code.
/// </summary>
public abstract class RoslynTest
{
    public SolutionState TestState { get; } = new();

    public string TestCode { set => TestState.Sources.Add(value); }

    public List<DiagnosticResult> ExpectedDiagnostics => TestState.ExpectedDiagnostics;

    /// <summary>Rules on plans that this test is about; the others stay silent, since hardly any small model is fast on a large machine.</summary>
    public HashSet<string> EnabledAdvice { get; } = [];

    /// <summary>Entries of a global analyzer config: <c>build_property.ShardwrightTarget = trn3.ultraserver64</c>, <c>SHW3002.near_full_percent = 80</c>.</summary>
    public string Config { get; set; } = "";

    /// <summary>Text of a machine file of the project's own.</summary>
    public string Machine { get; set; } = "";

    /// <summary>A console application has top-level statements.</summary>
    public OutputKind OutputKind { get; set; } = OutputKind.DynamicallyLinkedLibrary;

    public DiagnosticSeverity CompilerDiagnostics { get; set; } = DiagnosticSeverity.Error;

    protected abstract ImmutableArray<DiagnosticAnalyzer> Analyzers { get; }

    protected IEnumerable<DiagnosticDescriptor> Descriptors => Analyzers.SelectMany(a => a.SupportedDiagnostics);

    protected Project CreateProject(IEnumerable<(string Path, string Code)> sources)
    {
        var severities = Descriptors.GroupBy(d => d.Id).ToDictionary(g => g.Key, g => ToReport(g.First().DefaultSeverity));
        foreach (var rule in AllAdvice.Rules.Where(r => !EnabledAdvice.Contains(r.Info.Id)))
            severities[rule.Info.Id] = ReportDiagnostic.Suppress;
        severities["AD0001"] = ReportDiagnostic.Error;
        var project = new AdhocWorkspace().AddProject("TestProject", LanguageNames.CSharp)
            .WithParseOptions(new CSharpParseOptions(LanguageVersion.CSharp14, DocumentationMode.Diagnose))
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable, specificDiagnosticOptions: severities))
            .WithMetadataReferences(References.Shardwright.AddRange(TestState.AdditionalReferences))
            .AddDocument("Usings.cs", "global using System; global using System.Numerics.Tensors; global using Shardwright;", filePath: "/0/Usings.cs").Project;
        string config = Machine.Length == 0 ? Config : Config + "\n[/0/machine.json]\nbuild_metadata.AdditionalFiles.ShardwrightMachine = true";
        if (config.Length > 0)
            project = project.AddAnalyzerConfigDocument(".globalconfig", SourceText.From("is_global = true\n" + config, Encoding.UTF8), filePath: "/0/.globalconfig").Project;
        if (Machine.Length > 0)
            project = project.AddAdditionalDocument("machine.json", SourceText.From(Machine, Encoding.UTF8), filePath: "/0/machine.json").Project;
        foreach (var (path, code) in sources)
            project = project.AddDocument(Path.GetFileName(path), SourceText.From(code, Encoding.UTF8), filePath: path).Project;
        return project;

        static ReportDiagnostic ToReport(DiagnosticSeverity severity) => severity switch
        {
            DiagnosticSeverity.Error => ReportDiagnostic.Error,
            DiagnosticSeverity.Warning => ReportDiagnostic.Warn,
            DiagnosticSeverity.Info => ReportDiagnostic.Info,
            _ => ReportDiagnostic.Hidden,
        };
    }

    protected async Task<ImmutableArray<Diagnostic>> GetDiagnosticsAsync(Project project)
    {
        var compilation = (await project.GetCompilationAsync())!;
        var found = await Attach(compilation, project).GetAnalyzerDiagnosticsAsync();
        return Sorted(compilation.GetDiagnostics().Where(d => d.Severity >= CompilerDiagnostics).Concat(found));
    }

    /// <summary>What an editor sees that asks for one document's diagnostics and nothing else.</summary>
    protected async Task<ImmutableArray<Diagnostic>> GetDocumentDiagnosticsAsync(Project project, string path)
    {
        var compilation = (await project.GetCompilationAsync())!;
        var model = compilation.GetSemanticModel(compilation.SyntaxTrees.Single(t => t.FilePath == path));
        var found = await Attach(compilation, project).GetAnalyzerSemanticDiagnosticsAsync(model, null, default);
        return Sorted(model.GetDiagnostics().Where(d => d.Severity >= CompilerDiagnostics).Concat(found));
    }

    protected async Task VerifyDiagnosticsAsync(Evaluated state, string context)
    {
        Verification.Verify(await GetDiagnosticsAsync(CreateProject(state.Sources)), state.Diagnostics, context);
        foreach (var (path, _) in state.Sources)
            Verification.Verify(await GetDocumentDiagnosticsAsync(CreateProject(state.Sources), path), [.. state.Diagnostics.Where(d => d.Path == path)], $"{context} (only {path})");

        var own = Descriptors.Select(d => d.Id).ToHashSet();
        var ids = state.Diagnostics.Where(e => e.Span is not null && own.Contains(e.Id)).Select(e => e.Id).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (ids.Length == 0)
            return;
        await Recheck($"#pragma warning disable {string.Join(", ", ids)}\n", context + " (pragma-suppressed)");
        await Recheck("// <auto-generated/>\n#nullable enable\n", context + " (auto-generated)");

        async Task Recheck(string prefix, string name)
        {
            var diagnostics = await GetDiagnosticsAsync(CreateProject(state.Sources.Select(s => (s.Path, prefix + s.Code))));
            Verification.Verify(diagnostics, [.. state.Diagnostics.Where(e => !ids.Contains(e.Id)).Select(e => e.Shifted(prefix.Count(c => c == '\n')))], name);
        }
    }

    public virtual Task RunAsync() => VerifyDiagnosticsAsync(Evaluated.From(TestState, Descriptors), "Test state");

    CompilationWithAnalyzers Attach(Compilation compilation, Project project)
        => compilation.WithAnalyzers(Analyzers, new CompilationWithAnalyzersOptions(project.AnalyzerOptions, null, concurrentAnalysis: true, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: false));

    static ImmutableArray<Diagnostic> Sorted(IEnumerable<Diagnostic> diagnostics)
        => [.. diagnostics.OrderBy(d => d.Location.GetLineSpan().Path, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan).ThenBy(d => d.Id, StringComparer.Ordinal)];
}
