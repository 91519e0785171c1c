using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Shardwright.Capture.Rules;

namespace Shardwright.CodeFixes;

/// <summary><c>x += y</c> → <c>x = x + y</c>: a new tensor instead of a change in storage that others may share.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InPlaceOperatorFix)), Shared]
public sealed class InPlaceOperatorFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.InPlace];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not AssignmentExpressionSyntax assignment || Operator(assignment.Kind()) is not { } kind)
            return;
        context.RegisterCodeFix(CodeAction.Create($"Write '{assignment.Left} = {assignment.Left} {Sign(kind)} …'",
            _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(assignment, Plain(assignment, kind)))), nameof(InPlaceOperatorFix)), context.Diagnostics);
    }

    static AssignmentExpressionSyntax Plain(AssignmentExpressionSyntax assignment, SyntaxKind kind)
    {
        // The right side was one operand: it stays one.
        var right = assignment.Right is BinaryExpressionSyntax or ConditionalExpressionSyntax or AssignmentExpressionSyntax or LambdaExpressionSyntax
            ? SyntaxFactory.ParenthesizedExpression(assignment.Right.WithoutTrivia()) : assignment.Right.WithoutTrivia();
        var value = SyntaxFactory.BinaryExpression(kind, assignment.Left.WithoutTrivia(), right);
        return SyntaxFactory.AssignmentExpression(SyntaxKind.SimpleAssignmentExpression, assignment.Left, value).NormalizeWhitespace()
            .WithTriviaFrom(assignment).WithAdditionalAnnotations(Formatter.Annotation);
    }

    static SyntaxKind? Operator(SyntaxKind kind) => kind switch
    {
        SyntaxKind.AddAssignmentExpression => SyntaxKind.AddExpression,
        SyntaxKind.SubtractAssignmentExpression => SyntaxKind.SubtractExpression,
        SyntaxKind.MultiplyAssignmentExpression => SyntaxKind.MultiplyExpression,
        SyntaxKind.DivideAssignmentExpression => SyntaxKind.DivideExpression,
        _ => null,
    };

    static string Sign(SyntaxKind kind) => kind switch
    {
        SyntaxKind.AddExpression => "+",
        SyntaxKind.SubtractExpression => "-",
        SyntaxKind.MultiplyExpression => "*",
        _ => "/",
    };
}
