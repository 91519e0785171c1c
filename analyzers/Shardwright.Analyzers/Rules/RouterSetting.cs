using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>A setting of an expert group's router that no router can have, alone or beside the others.</summary>
internal static class RouterSetting
{
    public const string Id = "SHW5002";

    public static readonly DiagnosticDescriptor Rule = new(Id, "A router cannot be set so",
        "{0}", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
