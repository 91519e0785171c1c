using Shardwright.Compiler.Graph;

namespace Shardwright.Compiler.Emit;

/// <summary>A block of emitted code: the spans it declares at its top, then its statements.</summary>
public sealed class Scope(Scope? parent, Node? loop)
{
    readonly List<(string Name, string Declaration, string Comment)> declarations = [];

    public Scope? Parent { get; } = parent;

    /// <summary>The loop whose body it is; null for a method.</summary>
    public Node? Loop { get; } = loop;

    public List<string> Body { get; } = [];

    public bool Declares(string name) => declarations.Any(d => d.Name == name) || Parent?.Declares(name) == true;

    public void Declare(string name, string declaration, string comment) => declarations.Add((name, declaration, comment));

    /// <summary>The table of buffers and the statements; a name that an outer block declares too is left to it.</summary>
    public IEnumerable<string> Lines()
    {
        var own = declarations.Where(d => Parent?.Declares(d.Name) != true).ToList();
        int width = own.Select(d => d.Declaration.Length).DefaultIfEmpty(0).Max();
        foreach (var (_, declaration, comment) in own)
            yield return comment.Length == 0 ? declaration : declaration.PadRight(Math.Min(width, 110)) + "  // " + comment;
        if (own.Count > 0 && Body.Count > 0)
            yield return "";
        for (int i = 0; i < Body.Count; i++)
            if (Body[i].Length > 0 || i + 1 < Body.Count && Body[i + 1].Length > 0)
                yield return Body[i];
    }
}
