using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A value that leaves a round of a loop in another shape than it entered.</summary>
internal static class LoopCarriedShape
{
    public const string Id = "SHW1012";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A loop-carried value changes its shape",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
