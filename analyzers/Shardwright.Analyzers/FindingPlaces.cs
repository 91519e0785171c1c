using Microsoft.CodeAnalysis;
using Shardwright.Analyzers.Rules;
using Shardwright.Capture;
using Shardwright.Capture.Rules;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Modules;

namespace Shardwright.Analyzers;

/// <summary>Gives findings, which know classes and sites, their locations.</summary>
internal sealed class FindingPlaces(IEnumerable<CapturedModule> modules)
{
    readonly Dictionary<string, CapturedModule> byType = modules.GroupBy(m => m.Graph.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    public Diagnostic Diagnostic(CompilerDiagnostic found, CapturedModule model)
    {
        object[] arguments = found.Id == RuleIds.InternalError ? [found.Type, found.Message] : [found.Message];
        return Create(AllRules.Find(found.Id), new(found.Type, found.Site), [], [.. found.Fixes], model, arguments);
    }

    public Diagnostic Diagnostic(Finding finding, CapturedModule model) => Create(AllRules.Find(finding.Rule.Id), finding.At, [.. finding.Also], [.. finding.Fixes], model, finding.Message);

    /// <summary>The places that edits change are additional locations behind the finding's own, so that a fix in another file finds them.</summary>
    Diagnostic Create(DiagnosticDescriptor rule, Cause at, Cause[] also, Fix[] fixes, CapturedModule model, params object[] arguments)
    {
        var edited = fixes.SelectMany(f => f.Edits).Select(e => e.At).ToArray();
        return Microsoft.CodeAnalysis.Diagnostic.Create(rule, Place(at, model), also.Concat(edited).Select(cause => Place(cause, model)), FixProperties.Write(fixes, also.Length), arguments);
    }

    Location Place(Cause cause, CapturedModule model)
    {
        var module = byType.TryGetValue(cause.Type, out var owner) ? owner : model;
        return cause.Site >= 0 && cause.Site < module.Sites.Count ? module.Sites[cause.Site] : module.Declaration;
    }
}
