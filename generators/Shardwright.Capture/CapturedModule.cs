using Microsoft.CodeAnalysis;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Rules;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture;

/// <summary>
/// Everything capture knows about one class. <paramref name="Graph"/> and <paramref name="Sources"/> are values that may cross the steps of a generator;
/// <paramref name="Diagnostics"/> and <paramref name="Sites"/> (the location of each site, by ordinal) hold on to syntax and must not.
/// </summary>
public sealed record CapturedModule(
    ModuleGraph Graph, ModuleSources Sources, IReadOnlyList<CaptureDiagnostic> Diagnostics, IReadOnlyList<Location> Sites, Location Declaration)
{
    /// <summary>The modules of referenced assemblies that the class reaches, by name: values, as the graph is.</summary>
    public EquatableArray<LibraryModule> Libraries { get; init; }

    /// <summary>The files that were read: the class's own, and those of the helper methods that it reaches.</summary>
    public IReadOnlyCollection<SyntaxTree> Files { get; init; } = [];
}
