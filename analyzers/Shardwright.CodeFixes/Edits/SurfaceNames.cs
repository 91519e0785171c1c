using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Support;

namespace Shardwright.CodeFixes.Edits;

/// <summary>Names of the annotated surface in text that a rule wrote: qualified where the user's file means something else by them, or nothing.</summary>
internal static class SurfaceNames
{
    public static T Bind<T>(T node, SemanticModel model, int position) where T : SyntaxNode => node.ReplaceNodes(
        node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Where(name => IsFirst(name) && !IsKnown(name, model, position)),
        (name, _) => name.Parent is AttributeSyntax
            ? SyntaxFactory.QualifiedName(SyntaxFactory.IdentifierName("Shardwright"), name.WithoutTrivia()).WithTriviaFrom(name)
            : SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, SyntaxFactory.IdentifierName("Shardwright"), name.WithoutTrivia()).WithTriviaFrom(name));

    /// <summary>The name of an attribute, or that of the enumeration in <c>Dispatch.Auto</c>.</summary>
    static bool IsFirst(IdentifierNameSyntax name) => name.Parent is AttributeSyntax || name.Parent is MemberAccessExpressionSyntax access && access.Expression == name;

    static bool IsKnown(IdentifierNameSyntax name, SemanticModel model, int position) => name.Parent is AttributeSyntax
        ? model.LookupNamespacesAndTypes(position, name: name.Identifier.ValueText + "Attribute").Any(IsOurs)
        : model.LookupSymbols(position, name: name.Identifier.ValueText).FirstOrDefault() is { } found && IsOurs(found is IPropertySymbol property ? property.Type : found);

    static bool IsOurs(ISymbol symbol) => symbol is ITypeSymbol && symbol.ContainingNamespace.IsShardwright();
}
