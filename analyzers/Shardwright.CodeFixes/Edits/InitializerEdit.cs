using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Shardwright.CodeFixes.Edits;

/// <summary>Sets a property in the object initializer of the <c>new(…)</c> that initializes a property or field.</summary>
internal static class InitializerEdit
{
    /// <param name="place">The property or field, or something inside it.</param>
    /// <param name="text"><c>BalanceLoss = 0.01f</c>.</param>
    public static bool Apply(EditPlace place, string text)
    {
        if (Creation(place.Node) is not { } creation || SyntaxFactory.ParseExpression(text) is not AssignmentExpressionSyntax { ContainsDiagnostics: false, Left: IdentifierNameSyntax name } wanted)
            return false;
        if (creation.Initializer is not { } initializer)
            place.Editor.ReplaceNode(creation, WithInitializer(creation, wanted));
        else if (initializer.Expressions.OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => a.Left is IdentifierNameSyntax left && left.Identifier.ValueText == name.Identifier.ValueText) is not { } present)
            place.Editor.ReplaceNode(initializer, Append(initializer, wanted));
        else if (SyntaxFactory.AreEquivalent(present.Right, wanted.Right))
            return false;
        else
            place.Editor.ReplaceNode(present.Right, wanted.Right.WithTriviaFrom(present.Right));
        return true;
    }

    static BaseObjectCreationExpressionSyntax? Creation(SyntaxNode node)
    {
        var value = node.FirstAncestorOrSelf<SyntaxNode>(n => n is PropertyDeclarationSyntax or VariableDeclaratorSyntax) switch
        {
            PropertyDeclarationSyntax property => property.Initializer?.Value,
            VariableDeclaratorSyntax field => field.Initializer?.Value,
            _ => null,
        };
        return value as BaseObjectCreationExpressionSyntax;
    }

    static BaseObjectCreationExpressionSyntax WithInitializer(BaseObjectCreationExpressionSyntax creation, AssignmentExpressionSyntax wanted)
    {
        var initializer = SyntaxFactory.InitializerExpression(SyntaxKind.ObjectInitializerExpression,
            SyntaxFactory.Token(default, SyntaxKind.OpenBraceToken, SyntaxFactory.TriviaList(SyntaxFactory.Space)),
            SyntaxFactory.SingletonSeparatedList<ExpressionSyntax>(wanted.WithTrailingTrivia(SyntaxFactory.Space)), SyntaxFactory.Token(SyntaxKind.CloseBraceToken));
        return creation.WithTrailingTrivia(SyntaxFactory.Space).WithInitializer(initializer.WithTrailingTrivia(creation.GetTrailingTrivia()));
    }

    /// <summary>Behind the last property, on a line of its own where that has one, with a comma at the end where there was one.</summary>
    static InitializerExpressionSyntax Append(InitializerExpressionSyntax initializer, AssignmentExpressionSyntax wanted)
    {
        var items = initializer.Expressions;
        if (items.Count == 0)
            return initializer.WithOpenBraceToken(initializer.OpenBraceToken.WithTrailingTrivia(SyntaxFactory.Space)).WithExpressions(items.Add(wanted.WithTrailingTrivia(SyntaxFactory.Space)));
        var last = items.Last();
        bool ownLine = last.GetFirstToken().GetPreviousToken().TrailingTrivia.Any(SyntaxKind.EndOfLineTrivia), trailingComma = items.SeparatorCount == items.Count;
        var added = ownLine ? wanted.WithLeadingTrivia(last.GetLeadingTrivia().Where(t => t.IsKind(SyntaxKind.WhitespaceTrivia))) : wanted;
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken);
        var nodes = items.GetWithSeparators();
        if (trailingComma)
            return initializer.WithExpressions(SyntaxFactory.SeparatedList<ExpressionSyntax>(nodes.Add(added).Add(comma.WithTrailingTrivia(After(nodes.Last().GetTrailingTrivia())))));
        // A comment behind the last item stays with it; on a line of its own it stands behind the comma.
        var trailing = last.GetTrailingTrivia();
        int comments = trailing.Count - After(trailing).Count;
        nodes = nodes.Replace(nodes.Last(), last.WithTrailingTrivia(ownLine ? default : trailing.Take(comments)));
        return initializer.WithExpressions(SyntaxFactory.SeparatedList<ExpressionSyntax>(
            nodes.Add(comma.WithTrailingTrivia(ownLine ? trailing : SyntaxFactory.TriviaList(SyntaxFactory.Space))).Add(added.WithTrailingTrivia(After(trailing)))));
    }

    /// <summary>What follows the last comment.</summary>
    static SyntaxTriviaList After(SyntaxTriviaList trivia) => SyntaxFactory.TriviaList(trivia.Reverse().TakeWhile(t => t.IsKind(SyntaxKind.WhitespaceTrivia) || t.IsKind(SyntaxKind.EndOfLineTrivia)).Reverse());
}
