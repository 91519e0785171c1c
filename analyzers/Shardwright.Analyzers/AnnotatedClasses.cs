using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Support;

namespace Shardwright.Analyzers;

/// <summary>Finds the classes with <c>[Model]</c> or <c>[Module]</c>, in the order of files and lines.</summary>
internal static class AnnotatedClasses
{
    public static IEnumerable<INamedTypeSymbol> In(Compilation compilation, CancellationToken cancellation)
    {
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            if (SourceFiles.IsGenerated(tree))
                continue;
            SemanticModel? model = null;
            foreach (var declaration in Declarations(tree.GetRoot(cancellation)))
            {
#pragma warning disable RS1030 // A model spans files, and its findings are made once a compilation: there is no action that sees all its trees and may still report into each.
                model ??= compilation.GetSemanticModel(tree);
#pragma warning restore RS1030
                if (model.GetDeclaredSymbol(declaration, cancellation) is { } type && type.IsAnnotated() && seen.Add(type))
                    yield return type;
            }
        }
    }

    static IEnumerable<ClassDeclarationSyntax> Declarations(SyntaxNode root)
        => root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax).OfType<ClassDeclarationSyntax>().Where(c => c.AttributeLists.Count > 0);
}
