using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Shardwright.Capture.Support;

/// <summary>Source text on one line: comments dropped, white space collapsed, a trailing semicolon removed, long text cut.</summary>
internal static class OneLine
{
    const int Limit = 200;

    public static string Of(SyntaxNode node, TextSpan span)
    {
        var text = new StringBuilder();
        bool space = false;
        foreach (var token in node.DescendantTokens(n => n.Span.IntersectsWith(span)))
        {
            if (!span.Contains(token.Span) || token.Span.IsEmpty)
                continue;
            if (text.Length > 0 && (space || token.HasLeadingTrivia))
                text.Append(' ');
            Append(text, token.Text);
            space = token.HasTrailingTrivia;
            if (text.Length > Limit)
                return text.ToString(0, Limit - 1) + "…";
        }
        return text.Length > 0 && text[text.Length - 1] == ';' ? text.ToString(0, text.Length - 1) : text.ToString();
    }

    // A token may hold line breaks: verbatim and raw strings.
    static void Append(StringBuilder text, string token)
    {
        foreach (char c in token)
            text.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
    }
}
