using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A dimension that a mesh axis cannot split evenly.</summary>
internal static class IndivisibleDimension
{
    public const string Id = "SHW2001";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A mesh axis does not divide a dimension",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
