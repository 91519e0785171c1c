namespace Shardwright.Compiler.Modules;

/// <summary>Where the sites of one class lie in source: the only place where positions live, joined by the printer last.</summary>
public sealed record ModuleSources(string Type, EquatableArray<SourceSite> Sites);

/// <summary>A site's place: <paramref name="Path"/> relative to the project (with <c>/</c>), 1-based <paramref name="Line"/>, and the one-line source <paramref name="Text"/> of the statement or expression.</summary>
public sealed record SourceSite(int Site, string Path, int Line, int Column, int EndLine, int EndColumn, string Text)
{
    /// <summary>The file without its folders.</summary>
    public string FileName => Path.Substring(Path.LastIndexOf('/') + 1);
}

/// <summary>What the compiler proper has to say about a captured class: rule, class and site, and the message (what, got, need, fix). The analyzer gives it a location.</summary>
public sealed record CompilerDiagnostic(string Id, string Type, int Site, string Message)
{
    /// <summary>What led there: a module of a library has no source here, but whoever uses it has.</summary>
    public Caller? Caller { get; init; }

    /// <summary>Its own place, or the nearest of those that led there, in a class with source; null when there is none.</summary>
    public (string Type, int Site)? WithSource(Func<string, bool> hasSource)
    {
        var place = (Type, Site);
        for (var caller = Caller; !hasSource(place.Type); caller = caller.Outer)
            if (caller is null)
                return null;
            else
                place = (caller.Type, caller.Site);
        return place;
    }

    /// <summary>Edits that mend it, best first.</summary>
    public EquatableArray<Advice.Fix> Fixes { get; init; }
}

/// <summary>A site that calls or holds a module of another class, and what led to that site.</summary>
public sealed record Caller(string Type, int Site, Caller? Outer);
