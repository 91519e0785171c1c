using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A construct outside the language of models.</summary>
internal static class CannotCapture
{
    public const string Id = "SHW1001";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A construct cannot be captured",
        "{0} cannot be captured: {1}; {2}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
