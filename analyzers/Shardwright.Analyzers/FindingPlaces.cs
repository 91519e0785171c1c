using Microsoft.CodeAnalysis;
using Shardwright.Analyzers.Rules;
using Shardwright.Capture;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Rules;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Modules;

namespace Shardwright.Analyzers;

/// <summary>Gives findings, which know classes and sites, their locations. What lies in a library's module is shown where this project uses it, with the place in words.</summary>
internal sealed class FindingPlaces(IReadOnlyCollection<CapturedModule> modules)
{
    readonly Dictionary<string, CapturedModule> byType = modules.GroupBy(m => m.Graph.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    readonly Dictionary<string, LibraryModule> libraries = modules.SelectMany(m => m.Libraries).GroupBy(m => m.Graph.Type, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    public Diagnostic Diagnostic(CompilerDiagnostic found, CapturedModule model)
    {
        var cause = new Cause(found.Type, found.Site);
        object[] arguments = found.Id == RuleIds.InternalError ? [found.Type, found.Message] : [InWords(cause) + found.Message];
        var at = found.WithSource(byType.ContainsKey) is { } place ? new Cause(place.Type, place.Site) : WithSource(cause, model);
        return Create(AllRules.Find(found.Id), at, [], [.. found.Fixes], model, arguments);
    }

    public Diagnostic Diagnostic(Finding finding, CapturedModule model)
        => Create(AllRules.Find(finding.Rule.Id), WithSource(finding.At, model), [.. finding.Also.Where(HasSource)], [.. finding.Fixes], model, InWords(finding.At) + finding.Message);

    /// <summary>The places that edits change are additional locations behind the finding's own, so that a fix in another file finds them. What would edit a library is no fix.</summary>
    Diagnostic Create(DiagnosticDescriptor rule, Cause at, Cause[] also, Fix[] fixes, CapturedModule model, params object[] arguments)
    {
        fixes = [.. fixes.Where(f => f.Edits.All(e => HasSource(e.At)))];
        var edited = fixes.SelectMany(f => f.Edits).Select(e => e.At).ToArray();
        return Microsoft.CodeAnalysis.Diagnostic.Create(rule, Place(at, model), also.Concat(edited).Select(cause => Place(cause, model)), FixProperties.Write(fixes, also.Length), arguments);
    }

    Location Place(Cause cause, CapturedModule model)
    {
        var module = byType.TryGetValue(cause.Type, out var owner) ? owner : model;
        return cause.Site >= 0 && cause.Site < module.Sites.Count ? module.Sites[cause.Site] : module.Declaration;
    }

    bool HasSource(Cause cause) => !libraries.ContainsKey(cause.Type) || byType.ContainsKey(cause.Type);

    /// <summary>The place itself; of a library's module, the member that holds it or a module above it, searched from the model down.</summary>
    Cause WithSource(Cause cause, CapturedModule model)
    {
        if (HasSource(cause))
            return cause;
        var seen = new HashSet<string>(StringComparer.Ordinal) { model.Graph.Type };
        for (var next = new Queue<CapturedModule>([model]); next.Count > 0;)
        {
            var owner = next.Dequeue();
            foreach (var member in owner.Graph.Members)
                if (member.HeldType is not { } held)
                    continue;
                else if (byType.TryGetValue(held, out var inner))
                {
                    if (seen.Add(held))
                        next.Enqueue(inner);
                }
                else if (Reaches(held, cause.Type, []))
                    return new(owner.Graph.Type, member.Site);
        }
        return new(model.Graph.Type, -1);
    }

    bool Reaches(string from, string to, HashSet<string> seen)
        => from == to || seen.Add(from) && libraries.TryGetValue(from, out var module) && module.Graph.Members.Any(m => m.HeldType is { } held && Reaches(held, to, seen));

    /// <summary><c>in Layers.DecoderBlock (DecoderBlock.cs(24)) of 'Layers': </c>; nothing for what has a place of its own.</summary>
    string InWords(Cause cause)
    {
        if (HasSource(cause))
            return "";
        var module = libraries[cause.Type];
        var site = module.Sources.Sites.FirstOrDefault(s => s.Site == cause.Site);
        return $"in {cause.Type}{(site is null ? "" : FormattableString.Invariant($" ({site.FileName}({site.Line}))"))} of '{module.Graph.Library}': ";
    }
}
