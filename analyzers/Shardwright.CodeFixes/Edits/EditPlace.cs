using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Editing;

namespace Shardwright.CodeFixes.Edits;

/// <summary>Where an edit applies, and the way to what is declared elsewhere.</summary>
internal sealed record EditPlace(SolutionEditor Solution, DocumentEditor Editor, SyntaxNode Node, CancellationToken Cancellation)
{
    public SemanticModel Model => Editor.SemanticModel;

    /// <summary>The place in source that an edit names; null where the user has no such source.</summary>
    public static async Task<EditPlace?> Of(SolutionEditor solution, Location at, CancellationToken cancellation)
    {
        if (solution.OriginalSolution.GetDocument(at.SourceTree) is not { } document || document is SourceGeneratedDocument)
            return null;
        var editor = await solution.GetDocumentEditorAsync(document.Id, cancellation).ConfigureAwait(false);
        return new(solution, editor, editor.OriginalRoot.FindNode(at.SourceSpan, getInnermostNodeForTie: true), cancellation);
    }

    /// <summary>The place of a declaration or attribute, in whichever document.</summary>
    public Task<EditPlace?> Of(SyntaxReference reference) => Of(Solution, Location.Create(reference.SyntaxTree, reference.Span), Cancellation);
}
