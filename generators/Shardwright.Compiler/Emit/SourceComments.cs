using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Hardware;

namespace Shardwright.Compiler.Emit;

/// <summary>The line of source that a statement comes from, printed above it once. Positions join the program here and nowhere else.</summary>
public sealed class SourceComments(IReadOnlyList<ModuleSources> sources)
{
    readonly Dictionary<string, Dictionary<int, SourceSite>> sites = sources.GroupBy(s => s.Type).ToDictionary(
        g => g.Key, g => g.First().Sites.GroupBy(s => s.Site).ToDictionary(s => s.Key, s => s.First()), StringComparer.Ordinal);
    (string, int, bool) last;

    /// <summary>A new block repeats the comment.</summary>
    public void Restart() => last = default;

    /// <summary>After an inner block, the statement it belongs to goes on without its comment.</summary>
    public void Resume(Node node) => last = (node.Source.Type, node.Source.Statement, node.IsRecomputed);

    public IEnumerable<string> For(Node node, bool backward)
    {
        var key = (node.Source.Type, node.Source.Statement, node.IsRecomputed);
        if (key == last)
            yield break;
        bool first = last == default;
        last = key;
        if (Find(node.Source.Type, node.Source.Statement) is not { } site)
            yield break;
        if (!first)
            yield return "";
        string text = (node.IsRecomputed ? "recomputed: " : backward ? "backward of: " : "") + site.Text;
        yield return $"// {text.PadRight(72)}  {site.FileName}({site.Line})".TrimEnd();
    }

    public SourceSite? Find(string type, int site) => sites.TryGetValue(type, out var module) && module.TryGetValue(site, out var found) ? found : null;

    /// <summary>Where a statement stands; null when it is not known.</summary>
    public PlanSource? Place(SourceRef source) => source.Type is not null && Find(source.Type, source.Statement) is { } site ? new(site.Path, site.Line, site.Text) : null;

    /// <summary>Where a finding stands: at its site, or at its class; null when neither is known.</summary>
    public PlanSource? PlaceOf(Cause cause) => Find(cause.Type, cause.Site) is { } site ? new(site.Path, site.Line, site.Text) : Class(cause.Type, cause.Type.Substring(cause.Type.LastIndexOf('.') + 1));

    /// <summary>The first place of a class that is known, its name for text; null when there is none.</summary>
    public PlanSource? Class(string type, string name) => sites.TryGetValue(type, out var module) && module.Count > 0
        ? module.Values.OrderBy(site => site.Line).Select(site => new PlanSource(site.Path, site.Line, name)).First() : null;
}
