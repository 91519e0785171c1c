using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Generators.Pipeline;

/// <summary>Makes the paths of sources relative to the project, in time for printing.</summary>
internal static class Paths
{
    public static EquatableArray<ModuleSources> Relative(IEnumerable<ModuleSources> sources, string? projectDirectory)
        => sources.GroupBy(s => s.Type, StringComparer.Ordinal).Select(g => g.First()).OrderBy(s => s.Type, StringComparer.Ordinal)
            .Select(s => s with { Sites = s.Sites.Select(site => site with { Path = SourceFiles.Relative(site.Path, projectDirectory) }).ToEquatable() }).ToEquatable();
}
