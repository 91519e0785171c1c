using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;

namespace Shardwright.CodeFixes.Edits;

/// <summary>Puts an attribute on a class or property: in place of one of the same name, behind the last of the first list, or in a list of its own.</summary>
internal static class AttributeEdit
{
    public static bool Apply(DocumentEditor editor, SyntaxNode node, string text)
    {
        if (node.FirstAncestorOrSelf<MemberDeclarationSyntax>(m => m is ClassDeclarationSyntax or PropertyDeclarationSyntax) is not { } member || Parse(text) is not { } attribute)
            return false;
        string name = Name(attribute);
        if (member.AttributeLists.SelectMany(l => l.Attributes).FirstOrDefault(a => Name(a) == name) is { } same)
        {
            if (same.IsEquivalentTo(attribute, topLevel: false))
                return false;
            editor.ReplaceNode(same, attribute.WithTriviaFrom(same));
        }
        else if (member.AttributeLists.FirstOrDefault(l => l.Target is null) is { } list)
            editor.ReplaceNode(list, (current, _) => ((AttributeListSyntax)current).AddAttributes(attribute.WithAdditionalAnnotations(Formatter.Annotation)));
        else
            editor.ReplaceNode(member, (current, _) => InOwnList((MemberDeclarationSyntax)current, attribute));
        return true;
    }

    static MemberDeclarationSyntax InOwnList(MemberDeclarationSyntax member, AttributeSyntax attribute)
    {
        var list = SyntaxFactory.AttributeList(SyntaxFactory.SingletonSeparatedList(attribute)).WithLeadingTrivia(member.GetLeadingTrivia());
        // A property stays on its line, a class starts a new one under its attribute.
        var end = member is ClassDeclarationSyntax ? SyntaxFactory.ElasticCarriageReturnLineFeed : SyntaxFactory.Space;
        return member.WithoutLeadingTrivia().WithAttributeLists(SyntaxFactory.SingletonList(list.WithTrailingTrivia(end))).WithAdditionalAnnotations(Formatter.Annotation);
    }

    static AttributeSyntax? Parse(string text) => SyntaxFactory.ParseCompilationUnit($"[{text}] class C;").DescendantNodes().OfType<AttributeSyntax>().FirstOrDefault();

    static string Name(AttributeSyntax attribute)
    {
        string name = attribute.Name is QualifiedNameSyntax qualified ? qualified.Right.Identifier.ValueText : attribute.Name.ToString();
        return name.EndsWith("Attribute", StringComparison.Ordinal) ? name.Substring(0, name.Length - 9) : name;
    }
}
