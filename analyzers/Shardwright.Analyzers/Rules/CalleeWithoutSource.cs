using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A method or module of another assembly.</summary>
internal static class CalleeWithoutSource
{
    public const string Id = "SHW1003";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A callee has no source in this project",
        "'{0}' has no source in this project, so its graph cannot be captured: {1}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
