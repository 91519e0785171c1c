using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace Shardwright.CodeFixes.Edits;

/// <summary>Moves a declaration of one local out of the <c>foreach</c> around it, in front of the loop. Whether that changes what the program means is the rule's business.</summary>
internal static class MoveOutEdit
{
    public static bool Apply(EditPlace place)
    {
        if (place.Node.FirstAncestorOrSelf<LocalDeclarationStatementSyntax>() is not { Declaration.Variables.Count: 1, Parent: BlockSyntax { Parent: ForEachStatementSyntax { Parent: BlockSyntax } loop } } statement)
            return false;
        place.Editor.RemoveNode(statement, SyntaxRemoveOptions.KeepNoTrivia);
        place.Editor.InsertBefore(loop, statement.WithAdditionalAnnotations(Formatter.Annotation));
        return true;
    }
}
