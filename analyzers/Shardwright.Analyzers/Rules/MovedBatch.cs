using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>Ranks hold whole sequences, so the batch dimension stays where it is.</summary>
internal static class MovedBatch
{
    public const string Id = "SHW2003";

    public static readonly DiagnosticDescriptor Rule = new(Id, "An op moves the batch dimension",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
