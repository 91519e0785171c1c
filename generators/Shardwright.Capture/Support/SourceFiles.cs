using Microsoft.CodeAnalysis;

namespace Shardwright.Capture.Support;

/// <summary>Which declarations are the user's, and how their files are named.</summary>
internal static class SourceFiles
{
    /// <summary>
    /// Generated parts do not count: the generator never sees its own output, the analyzer does, and both must capture the same graph.
    /// </summary>
    public static bool IsGenerated(SyntaxTree tree) => tree.FilePath.EndsWith(".g.cs", StringComparison.OrdinalIgnoreCase);

    public static IEnumerable<SyntaxNode> Declarations(ISymbol symbol, Compilation compilation, CancellationToken cancellation)
    {
        foreach (var reference in symbol.DeclaringSyntaxReferences)
            if (compilation.ContainsSyntaxTree(reference.SyntaxTree) && !IsGenerated(reference.SyntaxTree))
                yield return reference.GetSyntax(cancellation);
    }

    public static bool HasSource(ISymbol symbol, Compilation compilation)
        => symbol.DeclaringSyntaxReferences.Any(r => compilation.ContainsSyntaxTree(r.SyntaxTree) && !IsGenerated(r.SyntaxTree));

    /// <summary>The path below the project's directory, with '/'; the bare file name for files from elsewhere, so that no checkout path shows.</summary>
    public static string Relative(string path, string? projectDirectory)
    {
        path = path.Replace('\\', '/');
        var root = (projectDirectory ?? "").Replace('\\', '/');
        if (root.Length > 0 && !root.EndsWith("/", StringComparison.Ordinal))
            root += "/";
        return root.Length > 0 && path.StartsWith(root, StringComparison.OrdinalIgnoreCase) ? path.Substring(root.Length) : path.Substring(path.LastIndexOf('/') + 1);
    }
}
