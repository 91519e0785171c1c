using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>The expert axis is a part of the data axis.</summary>
internal static class ExpertDoesNotDivideData
{
    public const string Id = "SHW2002";

    public static readonly DiagnosticDescriptor Rule = new(Id, "Expert does not divide Data",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
