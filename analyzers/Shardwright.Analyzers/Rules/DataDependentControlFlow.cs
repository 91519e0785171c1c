using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A condition or bound that only the step could evaluate.</summary>
internal static class DataDependentControlFlow
{
    public const string Id = "SHW1002";

    public static readonly DiagnosticDescriptor Rule = new(Id, "Control flow depends on a tensor",
        "'{0}' depends on a tensor, but the training graph is fixed at compile time: {1}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
