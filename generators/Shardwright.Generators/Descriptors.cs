using Microsoft.CodeAnalysis;
using Shardwright.Capture.Rules;

namespace Shardwright.Generators;

/// <summary>The rules that the generator itself reports.</summary>
internal static class Descriptors
{
    const string Category = "Shardwright";

    public static readonly DiagnosticDescriptor CannotContinue = new(RuleIds.CannotContinue, "The training program cannot be generated",
        "No training program for '{0}': {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: "https://shardwright.dev/rules/SHW0001");

    public static readonly DiagnosticDescriptor InternalError = new(RuleIds.InternalError, "Internal error",
        "Shardwright failed on '{0}': {1} (this is a defect of Shardwright: please report it with the class)", Category, DiagnosticSeverity.Error, true, helpLinkUri: "https://shardwright.dev/rules/SHW0002");

    public static readonly DiagnosticDescriptor CompilerTooOld = new(RuleIds.CompilerTooOld, "The C# compiler is too old",
        "Models need the C# compiler 5.0 or later, but this is {0}: use the .NET 10 SDK or later", Category, DiagnosticSeverity.Error, true, helpLinkUri: "https://shardwright.dev/rules/SHW0003");

    public static readonly DiagnosticDescriptor MachineFile = new(RuleIds.MachineFile, "A machine file cannot be used",
        "Machine file: {0}", Category, DiagnosticSeverity.Error, true, helpLinkUri: "https://shardwright.dev/rules/SHW0004");

    public static readonly DiagnosticDescriptor OptionOutOfRange = new(RuleIds.OptionOutOfRange, "An option is out of range",
        "{0} is out of range: need {1}", Category, DiagnosticSeverity.Error, true, helpLinkUri: "https://shardwright.dev/rules/SHW1009");
}
