using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Shardwright.Generators.Pipeline;

/// <summary>
/// The generator's own errors. What is wrong with a model, the analyzer says, on the line that causes it; the generator only says that there is no program.
/// </summary>
internal static class Problems
{
    public static void Report(SourceProductionContext output, ImmutableArray<Printed> models, ImmutableArray<ModelLocation> locations, Settings settings)
    {
        if (settings.IsDisabled || locations.IsEmpty)
            return;
        foreach (var (got, need) in settings.Errors)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.OptionOutOfRange, Location.None, got, need));
        foreach (var machine in settings.BadMachines)
        {
            var place = new LinePosition(Math.Max(0, machine.Line - 1), Math.Max(0, machine.Column - 1));
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.MachineFile, Location.Create(machine.Path, default, new(place, place)), machine.Error));
        }
        if (CompilerVersion.Major < 5)
            output.ReportDiagnostic(Diagnostic.Create(Descriptors.CompilerTooOld, locations[0].Location, CompilerVersion.ToString(2)));
        foreach (var model in models)
        {
            var place = locations.FirstOrDefault(l => l.Type == model.Type);
            // A wrong declaration is an error of the C# compiler, too, and then it runs no analyzer.
            var (rule, detail) = model.Problem == Problem.Internal ? (Descriptors.InternalError, model.Detail)
                : (Descriptors.CannotContinue, place is { Declaration.Length: > 0 } ? place.Declaration : "see the errors in " + model.Detail);
            output.ReportDiagnostic(Diagnostic.Create(rule, place?.Location ?? Location.None, model.Type, detail));
        }
    }

    // Models need the extension operators of C# 14, which came with compiler 5.0.
    static Version CompilerVersion => typeof(CSharpCompilation).Assembly.GetName().Version ?? new(0, 0);
}
