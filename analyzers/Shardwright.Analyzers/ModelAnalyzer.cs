using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Shardwright.Analyzers.Rules;

namespace Shardwright.Analyzers;

/// <summary>
/// Hosts every rule. A model spans classes and files while an editor asks about one document, so each semantic model takes the findings of the whole compilation,
/// made once, and reports those that lie in its own tree: a diagnostic reported into another file is dropped.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ModelAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => AllRules.All;

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSemanticModelAction(Report);
    }

    static void Report(SemanticModelAnalysisContext context)
    {
        var tree = context.SemanticModel.SyntaxTree;
        var findings = ModelFindings.Of(context.SemanticModel.Compilation, context.Options, context.CancellationToken);
        foreach (var finding in findings)
            if (finding.Location.SourceTree == tree)
                context.ReportDiagnostic(finding);
    }
}
