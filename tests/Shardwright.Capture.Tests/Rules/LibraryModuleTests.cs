using Microsoft.CodeAnalysis;
using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;
using Shardwright.Capture.Tests.Libraries;
using Shardwright.Compiler.Modules.Text;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>What is wrong with a module of another assembly is said where this project uses it.</summary>
public sealed class LibraryModuleTests
{
    const string Part = """
        namespace Layers;
        [Module] public sealed class Part(int width)
        {
            public Parameter Weight { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, Weight);
        }
        """;

    static Task Verify(string source, MetadataReference[] libraries, params DiagnosticResult[] expected)
    {
        var test = new CSharpAnalyzerTest<ModelAnalyzer> { TestCode = source };
        test.TestState.AdditionalReferences.AddRange(libraries);
        test.ExpectedDiagnostics.AddRange(expected);
        return test.RunAsync();
    }

    static string Model(string members, string forward = "Part.Forward(x)") => $$"""
        using Layers;
        [Model]
        public sealed partial class A
        {
            public const int Batch = 8, Width = 4;
            {{members}}
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => {{forward}};
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    const string Held = "public Part {|#0:Part|} { get; } = new(Width);";

    [Fact]
    public Task ModuleOfALibrary_IsClean() => Verify(Model("public Part Part { get; } = new(Width);"), [LibraryProject.Build(Part)]);

    [Fact]
    public Task ModuleWithoutAGraph_IsReportedAtItsMember() => Verify(Model(Held), [LibraryProject.Build("Layers", [("/L.cs", Part)], new Dictionary<string, string> { ["build_property.ShardwrightModuleGraphs"] = "false" })],
        new DiagnosticResult("SHW1003").WithLocation(0).WithArguments("Part", "its assembly 'Layers' carries no graph of it; build that project with Shardwright.Sdk, and without ShardwrightModuleGraphs=false"));

    [Theory]
    [InlineData(0)]
    [InlineData(ModuleText.Form + 1)]
    public Task GraphOfAnotherForm_IsReportedAtItsMember(int form)
        => Verify(Model(Held), [LibraryProject.Rewritten(Part, text => text.Replace($"\"Layers.Part\", {ModuleText.Form},", $"\"Layers.Part\", {form},", StringComparison.Ordinal))],
            new DiagnosticResult("SHW1017").WithLocation(0).WithArguments("Part", "Layers", $"has form {form}, and this compiler reads form {ModuleText.Form}"));

    [Fact]
    public Task DamagedGraph_IsReportedWithLineAndColumn()
        => Verify(Model(Held), [LibraryProject.Rewritten(Part, text => text.Replace("\"operation\"", "\"opuration\"", StringComparison.Ordinal))],
            new DiagnosticResult("SHW1017").WithLocation(0).WithArguments("Part", "Layers", "is damaged at line 12, column 75: found 'opuration'; need a kind of expression"));

    [Fact]
    public Task GraphOfAnotherClass_IsReported()
        => Verify(Model(Held), [LibraryProject.Rewritten(Part, text => text.Replace("\"type\":\"Layers.Part\"", "\"type\":\"Layers.Other\"", StringComparison.Ordinal))],
            new DiagnosticResult("SHW1017").WithLocation(0).WithArguments("Part", "Layers", "is that of 'Layers.Other'"));

    [Fact]
    public Task ModelOfALibrary_IsReportedAtItsMember() => Verify(Model("public B {|#0:Part|} { get; } = new();"), [LibraryProject.Build("Layers", [("/L.cs", Model("public Parameter W { get; } = new(Width, Width);", "Nn.MatMul(x, W)").Replace("class A", "class B", StringComparison.Ordinal).Replace("using Layers;", "namespace Layers;", StringComparison.Ordinal))])],
        new DiagnosticResult("SHW1003").WithLocation(0).WithArguments("B", "it is a model, whose graph stays in its own project; put what both need into a class with [Module]"));

    [Fact]
    public Task InternalParameter_OfALibrarysModule_IsReported() => Verify(Model(Held), [LibraryProject.Build(Part.Replace("public Parameter", "internal Parameter", StringComparison.Ordinal))],
        new DiagnosticResult("SHW1008").WithLocation(0).WithArguments("Part.Weight", "it is not visible outside 'Layers', and the generated code has to reach it", "make it public there"));

    [Fact]
    public Task InternalModule_ThatIsShownToThisProject_IsClean() => Verify(Model("internal Part Part { get; } = new(Width);"),
        [LibraryProject.Build("[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"TestProject\")]\n" + Part.Replace("public", "internal", StringComparison.Ordinal).Replace("internal Tensor", "public Tensor", StringComparison.Ordinal))]);

    [Fact]
    public Task ModuleOfALibrary_NamedAsAClassOfThisProject_IsReported()
    {
        var inner = LibraryProject.Build(Part, "Inner");
        var outer = LibraryProject.Build("Outer", [("/O.cs", "namespace Layers; [Module] public sealed class Outer(int width) { public Part Inner { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => Inner.Forward(x); }")], null, inner);
        return Verify(Model("public Outer {|#0:Part|} { get; } = new(Width);") + " namespace Layers { sealed class Part; }", [inner, outer],
            new DiagnosticResult("SHW1008").WithLocation(0).WithArguments("Layers.Part", "both 'Inner' and this project have a class of this name", "rename the one of this project"));
    }

    [Fact]
    public Task AssemblyOfAnInnerModule_NotReferenced_IsReported()
    {
        var inner = LibraryProject.Build(Part, "Inner");
        var outer = LibraryProject.Build("Outer", [("/O.cs", "namespace Layers; [Module] public sealed class Outer(int width) { public Part Inner { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => Inner.Forward(x); }")], null, inner);
        return Verify(Model("public Outer {|#0:Part|} { get; } = new(Width);"), [outer],
            new DiagnosticResult("SHW1003").WithLocation(0).WithArguments("Part", "the library's module holds it, and its own assembly is not referenced: reference that too"));
    }

    [Fact]
    public Task MistakeInsideALibrary_IsReportedAtTheCallThatLeadsThere() => Verify(
        Model("public Part Right { get; } = new(Width); public Part Wrong { get; } = new(8);", "{|#0:Wrong.Forward(Right.Forward(x))|}"), [LibraryProject.Build(Part)],
        new DiagnosticResult("SHW1010").WithLocation(0).WithMessage("in Layers.Part (Layers.cs(5)) of 'Layers': Nn.MatMul: the inner dimension is 4 on 'weightProduct' [8, 4] but 8 on 'weight' [8, 8]; make the last dimension of 'weightProduct' equal to the first of the right operand (8 is Batch, 4 is Width)"));

    [Fact]
    public Task MistakeTwoLibrariesBelow_IsReportedAtTheCallThatLeadsThere()
    {
        var inner = LibraryProject.Build(Part, "Inner");
        var outer = LibraryProject.Build("Outer", [("/O.cs", "namespace Layers; [Module] public sealed class Outer(int width) { public Part Inner { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => Inner.Forward(x); }")], null, inner);
        return Verify(Model("public Outer Part { get; } = new(8);", "{|#0:Part.Forward(x)|}"), [inner, outer],
            new DiagnosticResult("SHW1010").WithLocation(0).WithMessage("in Layers.Part (Inner.cs(5)) of 'Inner': Nn.MatMul: the inner dimension is 4 on 'x' [8, 4] but 8 on 'weight' [8, 8]; make the last dimension of 'x' equal to the first of the right operand (8 is Batch, 4 is Width)"));
    }

    [Fact]
    public Task WrongSizeOfALibrarysParameter_IsReportedAtTheMemberThatHoldsIt() => Verify(
        Model("{|#0:public Part Part { get; } = new(Width - 4);|}"), [LibraryProject.Build(Part)],
        new DiagnosticResult("SHW1010").WithLocation(0).WithMessage("in Layers.Part (Layers.cs(4)) of 'Layers': 'Weight': dimension 0 is 0; need a whole number above 0"));

    [Fact]
    public Task OneMistake_InTwoUsesOfALibrary_IsReportedAtEach() => Verify(
        Model("public Part Part { get; } = new(8);", "{|SHW1010:Part.Forward(x)|} + {|SHW1010:Part.Forward(x)|}"), [LibraryProject.Build(Part)]);

    [Fact]
    public Task ExpertOfALibrary_ThatSumsItsRows_IsReportedAtTheGroupsCall() => Verify(
        Model("public Parameter W { get; } = new(4, 4); public ExpertGroup<Summing> Group { get; } = new(4, 2, () => new(Width));", "{|SHW1013:Group.Forward(x, Nn.MatMul(x, W))|}"),
        [LibraryProject.Build("namespace Layers; [Module] public sealed class Summing(int width) : IExpert { public Parameter W { get; } = new(width, width); public Tensor<float> Forward(Tensor<float> x) => x * Nn.Sum(x); }")]);

    [Fact]
    public Task ModuleHandedToAMethod_IsReadFromItsLibrary() => Verify(
        Model("public Part Part { get; } = new(Width); public Applying Applying { get; } = new();", "Applying.Forward(Part, x)")
            + "[Module] public sealed class Applying { public Tensor<float> Forward(Part part, Tensor<float> x) => part.Forward(x); }", [LibraryProject.Build(Part)]);

    [Fact]
    public Task StaticMethodOfALibrary_IsReportedAtTheCall() => Verify(Model("public Part Part { get; } = new(Width);", "{|SHW1003:Helpers.Twice(Part.Forward(x))|}"),
        [LibraryProject.Build(Part + " public static class Helpers { public static Tensor<float> Twice(Tensor<float> x) => x + x; }")]);

    [Fact]
    public Task StaticMethodReachedInsideALibrary_IsPartOfItsGraph() => Verify(Model("public Twice Part { get; } = new(Width);"),
        [LibraryProject.Build("namespace Layers; [Module] public sealed class Twice(int width) { public Parameter W { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => Helpers.Twice(x) * W; } static class Helpers { public static Tensor<float> Twice(Tensor<float> x) => x + x; }")]);
}
