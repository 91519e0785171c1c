using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Shardwright.Capture.Libraries;
using Shardwright.Capture.Rules;
using Shardwright.Capture.Support;
using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture;

/// <summary>What the capture of one class shares: sites, diagnostics, semantic models, and the helper methods still to visit.</summary>
internal sealed partial class ModuleContext(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
{
    readonly List<(SyntaxNode Node, TextSpan Span)> sites = [];
    readonly List<CaptureDiagnostic> diagnostics = [];
    readonly Dictionary<SyntaxTree, SemanticModel> models = [];
    readonly HashSet<ISymbol> reached = new(SymbolEqualityComparer.Default);

    public INamedTypeSymbol Type { get; } = type;

    public Compilation Compilation { get; } = compilation;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Members that instantiation will know, by name; the others cannot be used in a body.</summary>
    public HashSet<string> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Members that have been reported, and classes: their uses say nothing new.</summary>
    public HashSet<ISymbol> Refused { get; } = new(SymbolEqualityComparer.Default);

    public Queue<IMethodSymbol> Pending { get; } = new();

    /// <summary>The modules of referenced assemblies that the class reaches, by name.</summary>
    public SortedDictionary<string, LibraryModule> Libraries { get; } = new(StringComparer.Ordinal);

    /// <summary>Those that cannot be used, and have been reported.</summary>
    public HashSet<string> UnusableLibraries { get; } = new(StringComparer.Ordinal);

    /// <summary>The number of things found wrong so far, those that the C# compiler reports included.</summary>
    public int Errors { get; private set; }

    public IReadOnlyList<CaptureDiagnostic> Diagnostics => diagnostics;

    /// <summary>The files whose bodies or initialisers were read.</summary>
    public IReadOnlyCollection<SyntaxTree> Files => models.Keys;

    public int Site(SyntaxNode node) => Site(node, Header(node));

    public int Site(SyntaxNode node, TextSpan span)
    {
        sites.Add((node, span));
        return sites.Count - 1;
    }

    public IReadOnlyList<Location> Locations() => [.. sites.Select(s => Microsoft.CodeAnalysis.Location.Create(s.Node.SyntaxTree, s.Span))];

    public SyntaxNode Syntax(int site) => sites[site].Node;

    public ModuleSources Sources(string? projectDirectory)
        => new(Type.FullName(), sites.Select((site, ordinal) => SourceSiteOf(ordinal, site.Node, site.Span, projectDirectory)).ToEquatable());

    public SemanticModel Model(SyntaxTree tree)
    {
        if (!models.TryGetValue(tree, out var model))
            models.Add(tree, model = Compilation.GetSemanticModel(tree));
        return model;
    }

    public void Report(string id, SyntaxNode node, params string[] arguments) => Report(id, node.GetLocation(), arguments);

    public void Report(string id, Location location, params string[] arguments)
    {
        Errors++;
        diagnostics.Add(new(id, location, new(arguments)));
    }

    public void Report(SyntaxNode node, Unsupported unsupported) => Report(RuleIds.CannotCapture, node, unsupported.Construct, unsupported.Reason, unsupported.Alternative);

    /// <summary>The code does not compile here, and the C# compiler says so better than we could.</summary>
    public void Broken() => Errors++;

    /// <summary>A method reached by a call: it is captured once, after those found before it.</summary>
    public void Reach(IMethodSymbol method)
    {
        if (reached.Add(method))
            Pending.Enqueue(method);
    }

    static SourceSite SourceSiteOf(int ordinal, SyntaxNode node, TextSpan span, string? projectDirectory)
    {
        var lines = node.SyntaxTree.GetText().Lines.GetLinePositionSpan(span);
        return new(ordinal, SourceFiles.Relative(node.SyntaxTree.FilePath, projectDirectory),
            lines.Start.Line + 1, lines.Start.Character + 1, lines.End.Line + 1, lines.End.Character + 1, OneLine.Of(node, span));
    }

    // A statement that contains statements is named by its first line alone.
    static TextSpan Header(SyntaxNode node) => node switch
    {
        CommonForEachStatementSyntax loop => TextSpan.FromBounds(loop.SpanStart, loop.CloseParenToken.Span.End),
        ForStatementSyntax loop => TextSpan.FromBounds(loop.SpanStart, loop.CloseParenToken.Span.End),
        IfStatementSyntax branch => TextSpan.FromBounds(branch.SpanStart, branch.CloseParenToken.Span.End),
        BaseMethodDeclarationSyntax { ParameterList: { } list } => TextSpan.FromBounds(node.SpanStart, list.Span.End),
        _ => node.Span,
    };
}
