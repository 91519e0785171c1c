using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>Operands whose shapes do not fit the op.</summary>
internal static class ShapeMismatch
{
    public const string Id = "SHW1010";

    public static readonly DiagnosticDescriptor Rule = new(Id, "Shapes do not fit",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
