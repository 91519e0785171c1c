using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A <c>[Shard]</c> whose axis or dimension cannot split the tensor.</summary>
internal static class ShardAxis
{
    public const string Id = "SHW2004";

    public static readonly DiagnosticDescriptor Rule = new(Id, "An axis cannot split the tensor",
        "[Shard] on '{0}': {1}; {2}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
