using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A call that leads back to its own method.</summary>
internal static class Recursion
{
    public const string Id = "SHW1006";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A method calls itself",
        "'{0}' calls itself ({1}), but a graph is finite: write a loop over modules or with constant bounds", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
