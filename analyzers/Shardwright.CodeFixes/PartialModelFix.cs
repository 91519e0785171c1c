using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture.Rules;

namespace Shardwright.CodeFixes;

/// <summary>Makes a model's class partial, so that its program can be added to it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialModelFix)), Shared]
public sealed class PartialModelFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.ModelDeclaration];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindToken(context.Span.Start).Parent is not ClassDeclarationSyntax declaration || declaration.Modifiers.Any(SyntaxKind.PartialKeyword) || !IsAboutPartial(context))
            return;
        context.RegisterCodeFix(CodeAction.Create("Make the class partial",
            _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(declaration, Partial(declaration)))), nameof(PartialModelFix)), context.Diagnostics);
    }

    // The rule has one identifier for every reason why a class cannot be extended; the others are not repaired by a keyword.
    static bool IsAboutPartial(CodeFixContext context) => context.Diagnostics.Any(d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture).Contains("'partial class'"));

    static ClassDeclarationSyntax Partial(ClassDeclarationSyntax declaration)
    {
        var keyword = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        return declaration.Modifiers.Count > 0
            ? declaration.AddModifiers(keyword)
            : declaration.WithKeyword(declaration.Keyword.WithLeadingTrivia()).AddModifiers(keyword.WithLeadingTrivia(declaration.Keyword.LeadingTrivia));
    }
}
