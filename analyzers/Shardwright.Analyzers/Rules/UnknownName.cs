using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A name or argument that instantiation does not find.</summary>
internal static class UnknownName
{
    public const string Id = "SHW1011";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A name or argument is unknown",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
