using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>What a class must be so that its program can be generated beside it.</summary>
internal static class ModelDeclaration
{
    public const string Id = "SHW1005";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A model's or module's class cannot be extended",
        "The class '{0}' {1}: {2}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
