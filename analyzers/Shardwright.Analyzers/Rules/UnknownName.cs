using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A name, argument or use that instantiation cannot follow.</summary>
internal static class UnknownName
{
    public const string Id = "SHW1011";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A part of the model cannot be instantiated",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
