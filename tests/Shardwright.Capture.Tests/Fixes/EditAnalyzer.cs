using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Shardwright.Analyzers;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Fixes;

/// <summary>
/// Reports every occurrence of the text <c>edit.from</c> with one fix: the edit <c>edit.kind</c>, <c>edit.value</c> at the first occurrence of <c>edit.at</c>, or where it reports. Stands for a rule, so that edits are tested without one.
/// </summary>
#pragma warning disable RS1001 // It never leaves the tests.
public sealed class EditAnalyzer : DiagnosticAnalyzer
#pragma warning restore RS1001
{
    public const string Rule = "SHW3011";

#pragma warning disable RS2008 // No rule that ships.
    static readonly DiagnosticDescriptor descriptor = new(Rule, "An edit", "An edit", "Test", DiagnosticSeverity.Warning, isEnabledByDefault: true);
#pragma warning restore RS2008

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [descriptor];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSemanticModelAction(Report);
    }

    static void Report(SemanticModelAnalysisContext context)
    {
        var options = context.Options.AnalyzerConfigOptionsProvider.GlobalOptions;
        string Option(string name, string otherwise) => options.TryGetValue("edit." + name, out var value) ? value : otherwise;
        var kind = Enum.Parse<EditKind>(Option("kind", ""));
        string from = Option("from", ""), at = Option("at", "");
        var elsewhere = at.Length == 0 ? null : context.SemanticModel.Compilation.SyntaxTrees.SelectMany(tree => Places(tree, at)).First();
        foreach (var place in Places(context.SemanticModel.SyntaxTree, from))
        {
            var fix = new Fix("Edit", EquatableArray.Of(new Edit(kind, new("", -1), Option("value", ""))));
            context.ReportDiagnostic(Diagnostic.Create(descriptor, place, [elsewhere ?? place], FixProperties.Write([fix], 0)));
        }
    }

    static IEnumerable<Location> Places(SyntaxTree tree, string text)
    {
        string code = tree.ToString();
        for (int i = code.IndexOf(text, StringComparison.Ordinal); i >= 0; i = code.IndexOf(text, i + 1, StringComparison.Ordinal))
            yield return Location.Create(tree, new TextSpan(i, text.Length));
    }
}
