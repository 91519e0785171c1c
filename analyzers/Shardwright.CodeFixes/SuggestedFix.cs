using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;
using Shardwright.Analyzers;
using Shardwright.CodeFixes.Edits;
using Shardwright.Compiler.Advice;

namespace Shardwright.CodeFixes;

/// <summary>Carries out the fixes that a rule computed: the rule knows what to change, an edit of <c>Edits/</c> knows how to write it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SuggestedFix)), Shared]
public sealed class SuggestedFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [.. AllAdvice.Rules.Select(r => r.Info.Id), Compiler.Rules.Indivisible, Compiler.Rules.ExpertDividesData, Compiler.Rules.TopKAboveExperts];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var solution = context.Document.Project.Solution;
        foreach (var diagnostic in context.Diagnostics)
        {
            int number = 0;
            foreach (var (title, edits) in FixProperties.Read(diagnostic))
            {
                // Made before it is offered: an editor must not show a fix that would change nothing.
                var changed = await Apply(solution, edits, context.CancellationToken).ConfigureAwait(false);
                if (changed is not null)
                    context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(changed), $"{diagnostic.Id}.{number}"), diagnostic);
                number++;
            }
        }
    }

    static async Task<Solution?> Apply(Solution solution, IReadOnlyList<(EditKind Kind, Location At, string Value)> edits, CancellationToken cancellation)
    {
        var editor = new SolutionEditor(solution);
        foreach (var (kind, at, value) in edits)
        {
            if (await EditPlace.Of(editor, at, cancellation).ConfigureAwait(false) is not { } place)
                return null;
            bool done = kind switch
            {
                EditKind.Mesh => await MeshEdit.Apply(place, value).ConfigureAwait(false),
                EditKind.Attribute => await AttributeEdit.Apply(place, value).ConfigureAwait(false),
                EditKind.AttributeArgument => await AttributeArgumentEdit.Apply(place, value).ConfigureAwait(false),
                EditKind.Initializer => InitializerEdit.Apply(place, value),
                EditKind.Number => await NumberEdit.Apply(place, value).ConfigureAwait(false),
                EditKind.MoveOut => MoveOutEdit.Apply(place),
                _ => false,
            };
            if (!done)
                return null;
        }
        return editor.GetChangedSolution();
    }
}
