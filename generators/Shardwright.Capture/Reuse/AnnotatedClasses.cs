using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Support;

namespace Shardwright.Capture.Reuse;

/// <summary>Finds the classes with <c>[Model]</c> or <c>[Module]</c>, in the order of files and lines.</summary>
internal static class AnnotatedClasses
{
    static readonly string[] attributes = ["Model", "ModelAttribute", "Module", "ModuleAttribute"];

    // A tree never changes, so what is in it is looked up once; weak, so that it is forgotten with the tree.
    static readonly ConditionalWeakTable<SyntaxTree, Names> known = new();

    /// <summary>What a file says: its classes with attributes, by the attributes' names, and other names that it gives to ours.</summary>
    sealed record Names(IReadOnlyList<(TypeDeclarationSyntax Class, HashSet<string> Attributes)> Classes, IReadOnlyList<string> Aliases);

    public static IEnumerable<INamedTypeSymbol> In(Compilation compilation, CancellationToken cancellation)
    {
        var files = compilation.SyntaxTrees.Where(t => !SourceFiles.IsGenerated(t)).Select(t => (Tree: t, Names: known.GetValue(t, tree => NamesIn(tree.GetRoot())))).ToList();
        var wanted = new HashSet<string>(attributes.Concat(files.SelectMany(f => f.Names.Aliases)), StringComparer.Ordinal);
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var (tree, names) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            SemanticModel? model = null;
            foreach (var (declaration, given) in names.Classes)
            {
                if (!given.Overlaps(wanted))
                    continue;
                model ??= compilation.GetSemanticModel(tree);
                if (model.GetDeclaredSymbol(declaration, cancellation) is { } type && type.IsAnnotated() && seen.Add(type))
                    yield return type;
            }
        }
    }

    static Names NamesIn(SyntaxNode root)
    {
        var nodes = root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax).ToList();
        var classes = nodes.OfType<TypeDeclarationSyntax>().Where(c => c is ClassDeclarationSyntax or RecordDeclarationSyntax && c.AttributeLists.Count > 0)
            .Select(c => (c, new HashSet<string>(c.AttributeLists.SelectMany(l => l.Attributes).Select(a => Last(a.Name)), StringComparer.Ordinal))).ToList();
        // An alias of an alias is not legal, so one look is enough.
        var aliases = nodes.OfType<UsingDirectiveSyntax>().Where(u => u is { Alias: not null, Name: { } target } && attributes.Contains(Last(target))).Select(u => u.Alias!.Name.Identifier.ValueText).ToList();
        return new(classes, [.. aliases, .. aliases.Select(a => a + "Attribute")]);
    }

    static string Last(NameSyntax name) => name switch
    {
        QualifiedNameSyntax qualified => Last(qualified.Right),
        AliasQualifiedNameSyntax qualified => Last(qualified.Name),
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };
}
