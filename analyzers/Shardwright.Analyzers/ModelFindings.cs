using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers.Rules;
using Shardwright.Capture;
using Shardwright.Capture.Model;
using Shardwright.Capture.Rules;
using Shardwright.Compiler;

namespace Shardwright.Analyzers;

/// <summary>All findings of a compilation, made once and shared by its trees.</summary>
internal static class ModelFindings
{
    // Weak: findings hold syntax and must not outlive their compilation. A lock instead of Lazy, which would keep a cancellation for ever.
    static readonly ConditionalWeakTable<Compilation, Holder> holders = new();

    sealed class Holder
    {
        public CompilerOptions? Options;
        public ImmutableArray<Diagnostic> Findings;
    }

    public static ImmutableArray<Diagnostic> Of(Compilation compilation, AnalyzerConfigOptions options, CancellationToken cancellation)
    {
        var wanted = BuildOptions.Read(options).Options;
        var holder = holders.GetValue(compilation, _ => new());
        lock (holder)
        {
            if (holder.Options != wanted)
            {
                holder.Findings = Find(compilation, wanted, cancellation);
                holder.Options = wanted;
            }
            return holder.Findings;
        }
    }

    static ImmutableArray<Diagnostic> Find(Compilation compilation, CompilerOptions options, CancellationToken cancellation)
    {
        var modules = AnnotatedClasses.In(compilation, cancellation).Select(type => ModuleCapture.Capture(type, compilation, null, cancellation)).ToArray();
        var findings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var finding in modules.SelectMany(m => m.Diagnostics))
            findings.Add(Diagnostic.Create(AllRules.Find(finding.Id), finding.Location, [.. finding.Arguments]));

        var byType = modules.GroupBy(m => m.Graph.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var seen = new HashSet<(string, string, int, string)>();
        foreach (var model in modules.Where(m => m.Graph.IsModel))
            foreach (var found in Compiled(model, modules, options, cancellation))
                // Two models may share a module: what is wrong in it is wrong once.
                if (seen.Add((found.Id, found.Type, found.Site, found.Message)))
                    findings.Add(Diagnostic.Create(AllRules.Find(found.Id), Place(found, byType, model), Arguments(found)));
        return findings.ToImmutable();
    }

    static IEnumerable<Compiler.Modules.CompilerDiagnostic> Compiled(CapturedModule model, CapturedModule[] modules, CompilerOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var linked = ModelCompiler.Link(model.Graph.Type, [.. modules.Select(m => m.Graph)], options);
            return linked.Modules.Any(m => m.HasErrors) ? [] : CompilationMemo.Compile(linked).Diagnostics;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return [new(RuleIds.InternalError, model.Graph.Type, -1, $"{fault.GetType().Name}: {fault.Message}")];
        }
    }

    static object[] Arguments(Compiler.Modules.CompilerDiagnostic found) => found.Id == RuleIds.InternalError ? [found.Type, found.Message] : [found.Message];

    static Location Place(Compiler.Modules.CompilerDiagnostic found, Dictionary<string, CapturedModule> byType, CapturedModule model)
    {
        var module = byType.TryGetValue(found.Type, out var owner) ? owner : model;
        return found.Site >= 0 && found.Site < module.Sites.Count ? module.Sites[found.Site] : module.Declaration;
    }
}
