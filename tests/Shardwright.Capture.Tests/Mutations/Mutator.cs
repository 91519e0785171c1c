using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Mutations;

/// <summary>
/// Makes half-typed and absurd versions of a source: tokens deleted, doubled, swapped or replaced, text cut off anywhere, members deleted, other types, huge numbers, deep nesting. Seeded, so a failure can be repeated.
/// </summary>
internal sealed class Mutator(int seed)
{
    // Deeper, and the C# compiler's own binder overflows the stack of a pool's thread.
    const int Deepest = 60;

    static readonly string[] types = ["int", "string", "object", "dynamic", "void", "var", "Missing", "Tensor<int>", "Tensor<float>[]", "Parameter", "State", "Repeated<int>", "ExpertGroup<Missing>", "Action", "(int, int)", "int*", "ref int", "Nn"];
    static readonly string[] numbers = ["0", "-1", "1", "3", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "99999999999999999999999", "1e30f", "1e400", "0.0 / 0", "1000000", "0x7fffffff", "'x'", "null"];

    readonly Random random = new(seed);

    public string Mutate(string code)
    {
        for (int count = random.Next(1, 4); count > 0; count--)
            code = MutateOnce(code);
        return code;
    }

    string MutateOnce(string code)
    {
        var root = CSharpSyntaxTree.ParseText(code, GeneratorTest.ParseOptions).GetRoot();
        switch (random.Next(16))
        {
            case 0:
                return code[..random.Next(code.Length + 1)];
            case 1:
                return Change(root.DescendantNodes().OfType<MemberDeclarationSyntax>().Where(m => m is not BaseNamespaceDeclarationSyntax), code, _ => "");
            case 2:
                return Change(root.DescendantNodes().OfType<TypeSyntax>(), code, _ => Pick(types));
            case 3 or 4:
                return Change(root.DescendantNodes().OfType<LiteralExpressionSyntax>().Where(l => l.IsKind(SyntaxKind.NumericLiteralExpression)), code, _ => Pick(numbers));
            case 5:
                return Change(root.DescendantNodes().OfType<ExpressionSyntax>().Where(e => e is not TypeSyntax), code, Nested);
            case 6:
                return Change(root.DescendantNodes().OfType<StatementSyntax>(), code, s => string.Concat(Enumerable.Repeat("if (true) { ", random.Next(1, Deepest))) + s);
            default:
                return OfTokens(root, code);
        }
    }

    string OfTokens(SyntaxNode root, string code)
    {
        var tokens = root.DescendantTokens().Where(t => !t.Span.IsEmpty).ToArray();
        if (tokens.Length < 2)
            return code;
        int index = random.Next(tokens.Length - 1);
        var (token, next, other) = (tokens[index], tokens[index + 1], tokens[random.Next(tokens.Length)]);
        return random.Next(5) switch
        {
            0 => code.Remove(token.SpanStart, token.Span.Length),
            1 => code.Insert(token.Span.End, " " + token.Text),
            2 => code[..token.SpanStart] + next.Text + code[token.Span.End..next.SpanStart] + token.Text + code[next.Span.End..],
            3 => code[..token.SpanStart] + other.Text + code[token.Span.End..],
            _ => code.Insert(token.SpanStart, other.Text + " "),
        };
    }

    string Nested(string expression)
    {
        int depth = random.Next(1, Deepest);
        return random.Next(4) switch
        {
            0 => new string('(', depth) + expression + new string(')', depth),
            1 => string.Concat(Enumerable.Repeat("Nn.Silu(", depth)) + expression + new string(')', depth),
            2 => expression + string.Concat(Enumerable.Repeat($" + {expression}", Math.Min(depth, 4000 / Math.Max(1, expression.Length)))),
            _ => string.Concat(Enumerable.Repeat("true ? x : ", depth)) + expression,
        };
    }

    string Change<T>(IEnumerable<T> nodes, string code, Func<string, string> change) where T : SyntaxNode
    {
        var found = nodes.Select(n => n.Span).Where(s => !s.IsEmpty).ToArray();
        if (found.Length == 0)
            return code;
        TextSpan span = found[random.Next(found.Length)];
        return code[..span.Start] + change(code.Substring(span.Start, span.Length)) + code[span.End..];
    }

    string Pick(string[] words) => words[random.Next(words.Length)];
}
