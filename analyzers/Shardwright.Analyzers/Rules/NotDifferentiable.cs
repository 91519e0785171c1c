using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A use through which no gradient flows.</summary>
internal static class NotDifferentiable
{
    public const string Id = "SHW1014";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A use has no gradient",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
