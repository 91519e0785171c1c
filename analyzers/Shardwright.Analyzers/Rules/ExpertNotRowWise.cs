using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>An expert that mixes the rows of tokens.</summary>
internal static class ExpertNotRowWise
{
    public const string Id = "SHW1013";

    public static readonly DiagnosticDescriptor Rule = new(Id, "An expert is not row-wise",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
