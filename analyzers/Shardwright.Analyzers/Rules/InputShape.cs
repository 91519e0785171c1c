using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>An input whose [Shape] is missing or does not fit its use.</summary>
internal static class InputShape
{
    public const string Id = "SHW1015";

    public static readonly DiagnosticDescriptor Rule = new(Id, "An input's shape is missing or of the wrong rank",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
