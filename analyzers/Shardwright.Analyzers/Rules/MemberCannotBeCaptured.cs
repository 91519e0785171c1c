using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A property, field or constructor parameter that instantiation cannot know.</summary>
internal static class MemberCannotBeCaptured
{
    public const string Id = "SHW1008";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A member cannot be captured",
        "'{0}' cannot be captured: {1}; {2}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
