using Microsoft.CodeAnalysis;
using Shardwright.Capture.Support;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Body;

/// <summary>The key by which a call finds a captured method.</summary>
internal static class MethodKeys
{
    /// <summary>An instance method's name; the documentation id when the class overloads it or when the method is static.</summary>
    public static string Of(IMethodSymbol method, Compilation compilation)
        => method.IsStatic || method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Count(m => !m.IsStatic && SourceFiles.HasSource(m, compilation)) > 1
            ? DocumentationId(method)
            : method.Name;

    /// <summary>The key in a library's graph: its metadata does not show all overloads that its source has, so the graph decides.</summary>
    public static string In(ModuleGraph library, IMethodSymbol method) => DocumentationId(method) is var id && library.Methods.Any(m => m.Key == id) ? id : method.Name;

    public static string DocumentationId(IMethodSymbol method) => method.GetDocumentationCommentId() ?? method.ToDisplayString();
}
