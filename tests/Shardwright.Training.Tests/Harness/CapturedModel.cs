using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Shardwright.Capture;
using Shardwright.Compiler;
using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Modules;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;

namespace Shardwright.Training.Tests.Harness;

/// <summary>A model captured from source and linked, without printing or running anything.</summary>
internal static class CapturedModel
{
    private static readonly MetadataReference[] References =
    [
        .. Directory.GetFiles(RefPack, "*.dll").Append(typeof(Parameter).Assembly.Location).Append(typeof(System.Numerics.Tensors.Tensor).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static string RefPack => typeof(CapturedModel).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RefPack").Value!;

    /// <summary>The one model of a source file with the modules that it reaches.</summary>
    public static LinkedModel Link(string source, (int Data, int Expert)? mesh = null)
    {
        const string Usings = "global using System; global using System.Numerics.Tensors; global using Shardwright;";
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        var compilation = CSharpCompilation.Create("Model", [CSharpSyntaxTree.ParseText(Usings, options), CSharpSyntaxTree.ParseText(source, options)], References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        var tree = compilation.SyntaxTrees.Last();
        var types = tree.GetRoot().DescendantNodes().OfType<ClassDeclarationSyntax>().Select(c => (INamedTypeSymbol)compilation.GetSemanticModel(tree).GetDeclaredSymbol(c)!)
            .Where(t => t.GetAttributes().Any(a => a.AttributeClass!.Name is "ModelAttribute" or "ModuleAttribute"));
        var captured = types.Select(t => ModuleCapture.Capture(t, compilation, null, default)).ToList();
        Assert.Empty(captured.SelectMany(c => c.Diagnostics).Select(d => $"{d.Id} at {d.Location.GetLineSpan()}: {d.Arguments}"));
        var model = captured.Single(c => c.Graph.IsModel).Graph.Type;
        return ModelCompiler.Link(model, [.. captured.Select(c => c.Graph)], new(mesh?.Data, mesh?.Expert));
    }

    /// <summary>The graph of a program, for one rank if not said otherwise, before storage is assigned.</summary>
    public static BuiltProgram Build(LinkedModel linked, ProgramKind kind = ProgramKind.Train, DeviceMesh? mesh = null)
    {
        var report = new ShapeReport();
        mesh ??= new DeviceMesh(1, 1);
        var (inputs, _) = ModelInputs.Read(linked, mesh, report);
        report.Sequences = inputs.Count > 0 ? inputs[0].Shape[0] : 1;
        var program = inputs.Count > 0 ? BuildProgram.Run(linked, kind, mesh, inputs, linked.Model.Options!.MicroBatches, report) : null;
        Assert.Empty(report.Diagnostics.Select(d => $"{d.Id}: {d.Message}"));
        return program!;
    }

    /// <summary>What the compiler says about a model that capture accepts.</summary>
    public static IReadOnlyList<CompilerDiagnostic> Diagnose(string source, (int Data, int Expert)? mesh = null) => ModelCompiler.Compile(Link(source, mesh)).Diagnostics;

    /// <summary>The plan of a model that must compile.</summary>
    public static ModelPlan Plan(string source, (int Data, int Expert)? mesh = null) => Plan(Link(source, mesh));

    public static ModelPlan Plan(LinkedModel model)
    {
        var compiled = ModelCompiler.Compile(model);
        Assert.Empty(compiled.Diagnostics.Select(d => $"{d.Id}: {d.Message}"));
        return compiled.Plan!;
    }
}
