using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>Values of [Mesh] and [Training].</summary>
internal static class OptionOutOfRange
{
    public const string Id = "SHW1009";

    public static readonly DiagnosticDescriptor Rule = new(Id, "An option is out of range",
        "{0} is out of range: need {1}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
