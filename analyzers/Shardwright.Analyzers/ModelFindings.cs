using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers.Rules;
using Shardwright.Capture;
using Shardwright.Capture.Model;
using Shardwright.Capture.Reuse;
using Shardwright.Capture.Rules;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Modules;

namespace Shardwright.Analyzers;

/// <summary>All findings of a compilation, made once and shared by its trees.</summary>
internal static class ModelFindings
{
    // Weak: findings hold syntax and must not outlive their compilation. A lock instead of Lazy, which would keep a cancellation for ever.
    static readonly ConditionalWeakTable<Compilation, Holder> holders = new();

    sealed class Holder
    {
        public AnalyzerConfigOptionsProvider? Options;
        public ImmutableArray<Diagnostic> Findings;
    }

    public static ImmutableArray<Diagnostic> Of(Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        var holder = holders.GetValue(compilation, _ => new());
        lock (holder)
        {
            if (holder.Options != options.AnalyzerConfigOptionsProvider)
            {
                holder.Findings = Find(compilation, options, cancellation);
                holder.Options = options.AnalyzerConfigOptionsProvider;
            }
            return holder.Findings;
        }
    }

    static ImmutableArray<Diagnostic> Find(Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        var modules = CaptureMemo.CaptureAll(compilation, cancellation);
        var findings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var finding in modules.SelectMany(m => m.Diagnostics))
            findings.Add(Diagnostic.Create(AllRules.Find(finding.Id), finding.Location, [.. finding.Arguments]));

        var places = new FindingPlaces(modules);
        var build = BuildOptions.Read(options.AnalyzerConfigOptionsProvider.GlobalOptions, Machines(options, cancellation)).Options;
        ModuleGraph[] graphs = [.. modules.Select(m => m.Graph), .. modules.SelectMany(m => m.Libraries).Select(l => l.Graph)];
        var seen = new HashSet<(string, Location, string)>();
        var linked = new List<(CapturedModule Model, LinkedModel Linked)>();
        foreach (var model in modules.Where(m => m.Graph.IsModel))
        {
            var (thresholds, errors) = model.Declaration.SourceTree is { } tree ? ThresholdOptions.Read(options.AnalyzerConfigOptionsProvider.GetOptions(tree)) : (Thresholds.None, default);
            foreach (var (got, need) in errors)
                findings.Add(Diagnostic.Create(AllRules.Find(RuleIds.OptionOutOfRange), model.Declaration, got, need));
            linked.Add((model, ModelCompiler.Link(model.Graph.Type, graphs, build) with { Thresholds = thresholds }));
        }
        bool AllCaptured(LinkedModel program) => !program.Modules.Any(m => m.HasErrors);
        CompilationMemo.Prepare([.. linked.Select(pair => pair.Linked).Where(AllCaptured)], cancellation);
        // Null where a class cannot be captured: then capture has said so.
        var models = new List<(CapturedModule Model, CompiledModel? Compiled)>();
        foreach (var (model, program) in linked)
        {
            var (compiled, fault) = AllCaptured(program) ? Compiled(model, program, cancellation) : (null, null);
            models.Add((model, compiled));
            if (fault is not null)
                findings.Add(places.Diagnostic(fault, model));
        }
        foreach (var (model, compiled) in models)
        {
            if (compiled is null)
                continue;
            var advice = Advisor.Shown(compiled.Findings.Where(f => IsOfEveryModel(f, models)));
            // Two models may share a module: what is wrong in it is wrong once.
            foreach (var diagnostic in compiled.Diagnostics.Concat(compiled.Defects).Select(f => places.Diagnostic(f, model)).Concat(advice.Select(f => places.Diagnostic(f, model))))
                if (seen.Add((diagnostic.Id, diagnostic.Location, diagnostic.GetMessage(CultureInfo.InvariantCulture))))
                    findings.Add(diagnostic);
        }
        return findings.ToImmutable();
    }

    static EquatableArray<MachineText> Machines(AnalyzerOptions options, CancellationToken cancellation) => options.AdditionalFiles
        .Where(file => options.AnalyzerConfigOptionsProvider.GetOptions(file).TryGetValue(MachineOption.Metadata, out var flag) && string.Equals(flag, "true", StringComparison.OrdinalIgnoreCase))
        .OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => MachineOption.Read(file.Path, file.GetText(cancellation)?.ToString()).Machine).OfType<MachineText>().ToEquatable();

    /// <summary>A rule that needs every model stays silent where another model reaches the class and does not have the finding, or cannot be compiled to tell.</summary>
    static bool IsOfEveryModel(Finding finding, List<(CapturedModule Model, CompiledModel? Compiled)> models) => !finding.Rule.NeedsEveryModel
        || models.All(m => m.Compiled is { } other && (!other.Linked.Modules.Any(module => module.Type == finding.At.Type) || other.Findings.Any(f => f.Rule == finding.Rule && f.At == finding.At)));

    static (CompiledModel? Compiled, CompilerDiagnostic? Fault) Compiled(CapturedModule model, LinkedModel linked, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            return (CompilationMemo.Compile(linked), null);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return (null, new(RuleIds.InternalError, model.Graph.Type, -1, $"{fault.GetType().Name}: {fault.Message}"));
        }
    }
}
