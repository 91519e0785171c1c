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
    public static Task Reports(string rule, string source, string config = "", params DiagnosticResult[] expected) => Reports(rule, source, config, "", expected);

    /// <summary>The same with a machine file of the project's own.</summary>
    public static Task Reports(string rule, string source, string config, string machine, params DiagnosticResult[] expected)
    {
        var test = new CSharpAnalyzerTest<ModelAnalyzer> { TestCode = source, Config = config, Machine = machine };
        test.EnabledAdvice.Add(rule);
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    /// <summary>
    /// The first fix gives <paramref name="fixedSource"/>, one by one and all at once; it compiles, and its step is shorter by what the finding says, within 1 % of that saving.
    /// </summary>
    public static async Task FixPays(string rule, string source, string fixedSource, string config = "", string machine = "")
    {
        await FixGives(rule, source, fixedSource, config, machine);
        var (before, findings) = Compile(source, config, machine);
        var promised = findings.Where(f => f.Rule.Id == rule).ToList();
        Assert.NotEmpty(promised);
        var (after, _) = Compile(fixedSource, config, machine);
        long saved = Step(before) - Step(after);
        // Several findings of one rule are mended together: each promises for itself, so only one can be held to its word.
        Assert.Single(promised);
        Assert.True(promised[0].SavedPicoseconds > 0, $"{rule} promises no saving: {promised[0].Message}");
        Assert.InRange(saved, promised[0].SavedPicoseconds * 0.99, promised[0].SavedPicoseconds * 1.01);
    }

    /// <summary>The first fix gives <paramref name="fixedSource"/>, one by one and all at once; it compiles, and a rank needs less memory by what the finding says, within 1 %.</summary>
    public static async Task FixSaves(string rule, string source, string fixedSource, string config = "")
    {
        await FixGives(rule, source, fixedSource, config);
        var (before, findings) = Compile(source, config);
        var promised = Assert.Single(findings, f => f.Rule.Id == rule);
        Assert.True(promised.SavedBytes > 0, $"{rule} promises no bytes: {promised.Message}");
        var (after, _) = Compile(fixedSource, config);
        Assert.InRange(before.PeakBytes - after.PeakBytes, promised.SavedBytes * 0.99, promised.SavedBytes * 1.01);
    }

    /// <summary>The first fix gives <paramref name="fixedSource"/>, one by one and all at once, and that compiles.</summary>
    public static Task FixGives(string rule, string source, string fixedSource, string config = "", string machine = "")
    {
        var test = new CSharpCodeFixTest<ModelAnalyzer, SuggestedFix> { TestCode = source, FixedCode = fixedSource, Config = config, Machine = machine };
        test.EnabledAdvice.Add(rule);
        return test.RunAsync();
    }

    /// <summary>The plan of the one model in a source with markup, and what the rules find in it.</summary>
    public static (ModelPlan Plan, IReadOnlyList<Finding> Findings) Compile(string source, string config = "", string machine = "") => Compile(Link(source, config, machine));

    /// <summary>The plan of a model and what the rules find in it.</summary>
    public static (ModelPlan Plan, IReadOnlyList<Finding> Findings) Compile(LinkedModel linked)
    {
        var compiled = ModelCompiler.Compile(linked);
        Assert.Empty(compiled.Diagnostics);
        Assert.Empty(compiled.Defects);
        return (compiled.Plan!, compiled.Findings);
    }

    /// <summary>The one model in a source with markup, linked.</summary>
    public static LinkedModel Link(string source, string config = "", string machine = "")
    {
        string code = TestMarkup.Parse(source).Code;
        var compilation = Capturing.Compile(("/0/Test0.cs", code));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        var modules = compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>(), (tree, declaration) => (INamedTypeSymbol)compilation.GetSemanticModel(tree).GetDeclaredSymbol(declaration)!)
            .Where(type => type.IsAnnotated()).Select(type => ModuleCapture.Capture(type, compilation, null, default).Graph).ToList();
        var options = ConfigOptions.Parse(config);
        return ModelCompiler.Link(modules.Single(m => m.IsModel).Type, modules, BuildOptions.Read(options, machine.Length == 0 ? default : EquatableArray.Of(MachineOption.Read("/0/machine.json", machine).Machine!)).Options) with { Thresholds = ThresholdOptions.Read(options).Thresholds };
    }

    static long Step(ModelPlan plan) => plan.Estimate!.Summary.Picoseconds;
}
