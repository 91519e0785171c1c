using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A model's Forward and Loss, and the shapes of their inputs.</summary>
internal static class ModelInputs
{
    public const string Id = "SHW1007";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A model's inputs are not declared",
        "The model '{0}' {1}: {2}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
