using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A token that would go to more experts than there are.</summary>
internal static class TopKAboveExperts
{
    public const string Id = "SHW5001";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A token goes to more experts than there are",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
