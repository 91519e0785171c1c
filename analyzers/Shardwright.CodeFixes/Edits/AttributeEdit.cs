using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;
using Shardwright.Capture.Support;

namespace Shardwright.CodeFixes.Edits;

/// <summary>
/// Puts an attribute of the surface on a class or property. One that is there already keeps its spelling, its place and the comments between its arguments, in whichever part of the class it stands; a new one goes behind the last of the first list, or into a list of its own.
/// </summary>
internal static class AttributeEdit
{
    public static async Task<bool> Apply(EditPlace place, string text) =>
        Parse(text) is { } attribute && await Apply(place, attribute, attribute.ArgumentList?.Arguments.ToArray() ?? [], keepOthers: false).ConfigureAwait(false);

    /// <summary>Writes <paramref name="arguments"/>; <paramref name="keepOthers"/>: named arguments beside them stay.</summary>
    public static async Task<bool> Apply(EditPlace place, AttributeSyntax attribute, AttributeArgumentSyntax[] arguments, bool keepOthers)
    {
        // The nearest member: an attribute of a field's class would be somebody else's.
        var member = place.Node.FirstAncestorOrSelf<MemberDeclarationSyntax>();
        if (member is not (ClassDeclarationSyntax or PropertyDeclarationSyntax) || place.Model.GetDeclaredSymbol(member, place.Cancellation) is not { } symbol)
            return false;
        if (symbol.Find(attribute.Name + "Attribute")?.ApplicationSyntaxReference is { } reference)
            return await place.Of(reference).ConfigureAwait(false) is { } there && there.Node.FirstAncestorOrSelf<AttributeSyntax>() is { } present && Rewrite(there, present, arguments, keepOthers);
        var added = SurfaceNames.Bind(attribute.WithArgumentList(arguments.Length == 0 ? null : SyntaxFactory.AttributeArgumentList(SyntaxFactory.SeparatedList(arguments))), place.Model, member.SpanStart);
        if (member.AttributeLists.FirstOrDefault(l => l.Target is null) is { } list)
            place.Editor.ReplaceNode(list, (current, _) => ((AttributeListSyntax)current).AddAttributes(added.WithAdditionalAnnotations(Formatter.Annotation)));
        else
            place.Editor.ReplaceNode(member, (current, _) => InOwnList((MemberDeclarationSyntax)current, added, place.Editor.OriginalRoot.GetText()));
        return true;
    }

    static bool Rewrite(EditPlace place, AttributeSyntax present, AttributeArgumentSyntax[] arguments, bool keepOthers)
    {
        var wanted = arguments.Select(a => SurfaceNames.Bind(a, place.Model, present.SpanStart)).ToArray();
        if (present.ArgumentList is not { } list || list.Arguments.Count == 0)
        {
            if (wanted.Length == 0)
                return false;
            place.Editor.ReplaceNode(present, present.WithArgumentList(SyntaxFactory.AttributeArgumentList(SyntaxFactory.SeparatedList(wanted)).WithTrailingTrivia(present.GetTrailingTrivia()))
                .WithName(present.Name.WithoutTrailingTrivia()).WithAdditionalAnnotations(Formatter.Annotation));
            return true;
        }
        var changed = list;
        foreach (var (argument, index) in wanted.Select((a, i) => (a, i)))
            if (Same(changed, argument, index) is not { } old)
                changed = changed.AddArguments(argument.WithAdditionalAnnotations(Formatter.Annotation));
            else if (!SyntaxFactory.AreEquivalent(old.Expression, argument.Expression))
                changed = changed.ReplaceNode(old.Expression, argument.Expression.WithTriviaFrom(old.Expression));
        if (!keepOthers)
            foreach (var name in list.Arguments.Select(NameOf).Where(n => n is not null && wanted.All(w => NameOf(w) != n)))
                changed = changed.RemoveNode(changed.Arguments.First(a => NameOf(a) == name), HasComment(changed) ? SyntaxRemoveOptions.KeepExteriorTrivia : SyntaxRemoveOptions.KeepNoTrivia)!;
        if (SyntaxFactory.AreEquivalent(list, changed))
            return false;
        place.Editor.ReplaceNode(list, changed);
        return true;
    }

    static AttributeArgumentSyntax? Same(AttributeArgumentListSyntax list, AttributeArgumentSyntax wanted, int index) => NameOf(wanted) is { } name
        ? list.Arguments.FirstOrDefault(a => NameOf(a) == name)
        : list.Arguments.ElementAtOrDefault(index) is { NameEquals: null } positional ? positional : null;

    static bool HasComment(SyntaxNode node) => node.DescendantTrivia().Any(t => !t.IsKind(SyntaxKind.WhitespaceTrivia) && !t.IsKind(SyntaxKind.EndOfLineTrivia));

    static string? NameOf(AttributeArgumentSyntax argument) => argument.NameEquals?.Name.Identifier.ValueText;

    /// <summary>On a line above the member, below its comments, as deep as the member and with the file's own line ends.</summary>
    static MemberDeclarationSyntax InOwnList(MemberDeclarationSyntax member, AttributeSyntax attribute, SourceText file)
    {
        var leading = member.GetLeadingTrivia();
        var indent = leading.LastOrDefault().IsKind(SyntaxKind.WhitespaceTrivia) ? SyntaxFactory.TriviaList(leading.Last()) : default;
        var list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(attribute.NormalizeWhitespace())).WithLeadingTrivia(leading).WithTrailingTrivia(LineEnd(file));
        var below = member.WithLeadingTrivia(indent);
        return below.WithAttributeLists(below.AttributeLists.Insert(0, list));
    }

    static SyntaxTrivia LineEnd(SourceText file) => SyntaxFactory.EndOfLine(file.Lines.Count > 1 ? file.ToString(TextSpan.FromBounds(file.Lines[0].End, file.Lines[0].EndIncludingLineBreak)) : "\n");

    public static AttributeSyntax? Parse(string text)
    {
        var unit = SyntaxFactory.ParseCompilationUnit($"[{text}] class C;");
        return unit.ContainsDiagnostics ? null : unit.DescendantNodes().OfType<AttributeSyntax>().FirstOrDefault();
    }
}
