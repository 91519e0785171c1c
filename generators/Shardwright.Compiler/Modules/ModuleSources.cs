namespace Shardwright.Compiler.Modules;

/// <summary>Where the sites of one class lie in source: the only place where positions live, joined by the printer last.</summary>
public sealed record ModuleSources(string Type, EquatableArray<SourceSite> Sites);

/// <summary>A site's place: <paramref name="Path"/> relative to the project (with <c>/</c>), 1-based <paramref name="Line"/>, and the one-line source <paramref name="Text"/> of the statement or expression.</summary>
public sealed record SourceSite(int Site, string Path, int Line, int Column, int EndLine, int EndColumn, string Text);

/// <summary>What the compiler proper has to say about a captured class: rule, class and site, and the message (what, got, need, fix). The analyzer gives it a location.</summary>
public sealed record CompilerDiagnostic(string Id, string Type, int Site, string Message)
{
    /// <summary>Edits that mend it, best first.</summary>
    public EquatableArray<Advice.Fix> Fixes { get; init; }
}
