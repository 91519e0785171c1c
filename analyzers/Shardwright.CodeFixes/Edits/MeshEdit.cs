using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace Shardwright.CodeFixes.Edits;

/// <summary>Writes the arguments of <c>[Mesh]</c>, or adds the attribute to the class.</summary>
internal static class MeshEdit
{
    public static bool Apply(DocumentEditor editor, SyntaxNode node, string arguments) => AttributeEdit.Apply(editor, node.FirstAncestorOrSelf<AttributeSyntax>()?.FirstAncestorOrSelf<ClassDeclarationSyntax>() ?? node, $"Mesh({arguments})");
}
