using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Analyzers;
using Shardwright.Capture.Model;
using Shardwright.Capture.Support;
using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;
using Shardwright.Compiler;
using Shardwright.Compiler.Advice;
using Shardwright.Compiler.Plan;

namespace Shardwright.Capture.Tests.Advice;

/// <summary>Checks of rules on plans: where they report, in whole-project and one-document mode, that their fix compiles, and that it brings what the message promised.</summary>
internal static class AdviceVerify
{
    /// <summary>Exactly the marked spans are reported, of this one rule. <paramref name="config"/> has build properties and thresholds, a line each.</summary>
    public static Task Reports(string rule, string source, string config = "", params DiagnosticResult[] expected)
    {
        var test = new CSharpAnalyzerTest<ModelAnalyzer> { TestCode = source, Config = config };
        test.EnabledAdvice.Add(rule);
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    /// <summary>
    /// The first fix gives <paramref name="fixedSource"/>, one by one and all at once; it compiles, and its step is shorter by what the finding says, within 1 % of that saving.
    /// </summary>
    public static async Task FixPays(string rule, string source, string fixedSource, string config = "")
    {
        await FixGives(rule, source, fixedSource, config);
        var (before, findings) = Compile(source, config);
        var promised = findings.Where(f => f.Rule.Id == rule).ToList();
        Assert.NotEmpty(promised);
        var (after, _) = Compile(fixedSource, config);
        long saved = Step(before) - Step(after);
        // Several findings of one rule are mended together: each promises for itself, so only one can be held to its word.
        Assert.Single(promised);
        Assert.True(promised[0].SavedPicoseconds > 0, $"{rule} promises no saving: {promised[0].Message}");
        Assert.InRange(saved, promised[0].SavedPicoseconds * 0.99, promised[0].SavedPicoseconds * 1.01);
    }

    /// <summary>The first fix gives <paramref name="fixedSource"/>, one by one and all at once, and that compiles.</summary>
    public static Task FixGives(string rule, string source, string fixedSource, string config = "")
    {
        var test = new CSharpCodeFixTest<ModelAnalyzer, SuggestedFix> { TestCode = source, FixedCode = fixedSource, Config = config };
        test.EnabledAdvice.Add(rule);
        return test.RunAsync();
    }

    /// <summary>The plan of the one model in a source with markup, and what the rules find in it.</summary>
    public static (ModelPlan Plan, IReadOnlyList<Finding> Findings) Compile(string source, string config = "")
    {
        string code = TestMarkup.Parse(source).Code;
        var compilation = Capturing.Compile(("/0/Test0.cs", code));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        var modules = compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>(), (tree, declaration) => (INamedTypeSymbol)compilation.GetSemanticModel(tree).GetDeclaredSymbol(declaration)!)
            .Where(type => type.IsAnnotated()).Select(type => ModuleCapture.Capture(type, compilation, null, default).Graph).ToList();
        var options = ConfigOptions.Parse(config);
        var linked = ModelCompiler.Link(modules.Single(m => m.IsModel).Type, modules, BuildOptions.Read(options).Options) with { Thresholds = ThresholdOptions.Read(options).Thresholds };
        var compiled = ModelCompiler.Compile(linked);
        Assert.Empty(compiled.Diagnostics);
        Assert.Empty(compiled.Defects);
        return (compiled.Plan!, compiled.Findings);
    }

    static long Step(ModelPlan plan) => plan.Estimate!.Summary.Picoseconds;
}
