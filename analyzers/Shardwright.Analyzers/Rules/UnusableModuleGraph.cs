using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A library whose module graph is of another form, or damaged.</summary>
internal static class UnusableModuleGraph
{
    public const string Id = "SHW1017";

    public static readonly DiagnosticDescriptor Rule = new(Id, "The graph of a library's module cannot be used",
        "The graph of '{0}' in '{1}' {2}: rebuild '{1}' with the version of Shardwright that this project uses", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
