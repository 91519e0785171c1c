using Microsoft.CodeAnalysis;

namespace Shardwright.Analyzers.Rules;

/// <summary>What capture did not expect; a class that shows it is worth a report.</summary>
internal static class InternalError
{
    public const string Id = "SHW0002";

    public static readonly DiagnosticDescriptor Rule = new(Id, "Internal error",
        "Shardwright failed on '{0}': {1} (this is a defect of Shardwright: please report it with the class)", "Shardwright", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: "https://shardwright.dev/rules/" + Id);
}
