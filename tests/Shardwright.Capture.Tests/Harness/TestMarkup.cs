using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Shardwright.Capture.Tests.Harness;

/// <summary>Splits test markup into code and spans: <c>[|…|]</c>, <c>{|ID:…|}</c>, <c>{|#0:…|}</c>, <c>$$</c>. The markup of Microsoft.CodeAnalysis.Testing.</summary>
public static class TestMarkup
{
    public sealed record Span(string Key, TextSpan Text);

    public static (string Code, ImmutableArray<Span> Spans) Parse(string markup)
    {
        var code = new StringBuilder();
        var open = new Stack<(string Key, int Start)>();
        var spans = ImmutableArray.CreateBuilder<Span>();
        for (int i = 0; i < markup.Length;)
        {
            if (At("[|"))
            {
                open.Push(("", code.Length));
                i += 2;
            }
            else if (At("{|") && markup.IndexOf(':', i) is > 0 and var colon && IsKey(markup.AsSpan(i + 2, colon - i - 2)))
            {
                open.Push((markup[(i + 2)..colon], code.Length));
                i = colon + 1;
            }
            else if ((At("|]") || At("|}")) && open.Count > 0 && (open.Peek().Key.Length == 0) == At("|]"))
            {
                var (key, start) = open.Pop();
                spans.Add(new(key, TextSpan.FromBounds(start, code.Length)));
                i += 2;
            }
            else if (At("$$"))
            {
                spans.Add(new("$$", new TextSpan(code.Length, 0)));
                i += 2;
            }
            else
                code.Append(markup[i++]);

            bool At(string token) => string.CompareOrdinal(markup, i, token, 0, 2) == 0;
        }
        if (open.Count > 0)
            throw new ArgumentException($"Unclosed markup span '{open.Peek().Key}'.", nameof(markup));
        return (code.ToString(), [.. spans.OrderBy(s => s.Text.Start)]);

        static bool IsKey(ReadOnlySpan<char> s) => s.Length > 0 && s.IndexOfAny("|[]{}\n ") < 0;
    }
}
