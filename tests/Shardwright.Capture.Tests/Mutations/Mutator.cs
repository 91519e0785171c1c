using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Mutations;

/// <summary>Makes half-typed versions of a source: tokens deleted, duplicated, swapped, replaced, or the text cut off. Seeded, so a failure can be repeated.</summary>
internal sealed class Mutator(int seed)
{
    readonly Random random = new(seed);

    public string Mutate(string code)
    {
        for (int count = random.Next(1, 4); count > 0; count--)
            code = MutateOnce(code);
        return code;
    }

    string MutateOnce(string code)
    {
        var tokens = CSharpSyntaxTree.ParseText(code, GeneratorTest.ParseOptions).GetRoot().DescendantTokens().Where(t => !t.Span.IsEmpty).ToArray();
        if (tokens.Length < 2)
            return code;
        int index = random.Next(tokens.Length - 1);
        var (token, next, other) = (tokens[index], tokens[index + 1], tokens[random.Next(tokens.Length)]);
        return random.Next(6) switch
        {
            0 => code.Remove(token.SpanStart, token.Span.Length),
            1 => code.Insert(token.Span.End, " " + token.Text),
            2 => code[..token.SpanStart] + next.Text + code[token.Span.End..next.SpanStart] + token.Text + code[next.Span.End..],
            3 => code[..token.SpanStart] + other.Text + code[token.Span.End..],
            4 => code.Insert(token.SpanStart, other.Text + " "),
            _ => random.Next(4) == 0 ? code[..token.SpanStart] : code.Remove(token.SpanStart, next.Span.End - token.SpanStart),
        };
    }
}
