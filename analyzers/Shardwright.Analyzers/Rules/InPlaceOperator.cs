using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>In-place operators on tensors.</summary>
internal static class InPlaceOperator
{
    public const string Id = "SHW1004";

    public static readonly DiagnosticDescriptor Rule = new(Id, "An operator changes a tensor in place",
        "'{0}' changes storage that other tensors may share: write '{1} = {1} {2} …'", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
