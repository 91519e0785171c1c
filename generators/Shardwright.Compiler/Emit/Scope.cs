using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Emit;

/// <summary>A block of emitted code: the spans it declares at its top, then its statements and inner blocks.</summary>
public sealed class Scope(Scope? parent, Node? loop)
{
    readonly List<(string Name, string Declaration, string Comment)> declarations = [];
    readonly HashSet<string> declared = new(StringComparer.Ordinal);
    readonly List<(string Line, Scope? Block)> body = [];

    public Scope? Parent { get; } = parent;

    /// <summary>The loop whose body it is; null for a method.</summary>
    public Node? Loop { get; } = loop;

    public void Add(string line) => body.Add((line, null));

    /// <summary>An inner block. Its lines are taken when the method is printed: until then, outer declarations may still come.</summary>
    public void Add(Scope block) => body.Add(("", block));

    public bool Mentions(string text) => body.Any(item => item.Line.Contains(text));

    public bool Declares(string name) => declared.Contains(name) || Parent?.Declares(name) == true;

    public void Declare(string name, string declaration, string comment)
    {
        declared.Add(name);
        declarations.Add((name, declaration, comment));
    }

    /// <summary>The table of buffers and the statements; a name that an outer block declares too is left to it.</summary>
    public IEnumerable<string> Lines()
    {
        var own = declarations.Where(d => Parent?.Declares(d.Name) != true).ToList();
        int width = own.Select(d => d.Declaration.Length).DefaultIfEmpty(0).Max();
        foreach (var (_, declaration, comment) in own)
            yield return comment.Length == 0 ? declaration : declaration.PadRight(Math.Min(width, 110)) + "  // " + comment;

        bool blank = own.Count == 0;
        if (own.Count > 0 && body.Count > 0)
        {
            yield return "";
            blank = true;
        }
        for (int i = 0; i < body.Count; i++)
        {
            var (line, block) = body[i];
            foreach (string inner in block?.Lines() ?? [])
                yield return inner.Length == 0 ? "" : "    " + inner;
            // Blank lines part statements: never two together, none at either end.
            if (block is null && (line.Length > 0 || !blank && i + 1 < body.Count))
                yield return line;
            blank = block is null && line.Length == 0;
        }
    }
}
