using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

public sealed class CalleeWithoutSourceTests
{
    [Theory]
    [InlineData("return {|SHW1003:Tensor.Sigmoid<float>(x)|};")]
    [InlineData("return Nn.Rope(x, {|SHW1003:Random.Shared.Next(4)|});")]
    public Task Call_OfALibrary_IsReported(string statements) => Verify.Body(statements);

    [Fact]
    public async Task Module_OfAnotherAssembly_IsReportedAtItsMember()
    {
        var library = CSharpCompilation.Create("Library", [CSharpSyntaxTree.ParseText("""
            using Shardwright; using System.Numerics.Tensors;
            [Module] public sealed class Part { public Parameter W { get; } = new(4); public Tensor<float> Forward(Tensor<float> x) => x + W; }
            """, GeneratorTest.ParseOptions)], References.Shardwright, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        Assert.True(library.Emit(image).Success);
        var test = new CSharpAnalyzerTest<ModelAnalyzer>
        {
            TestCode = """
                [Module] public sealed class M
                {
                    public Part {|SHW1003:One|} { get; } = new();
                    public Repeated<Part> {|SHW1003:Many|} { get; } = new(2, () => new());
                }
                """,
        };
        test.TestState.AdditionalReferences.Add(MetadataReference.CreateFromImage(image.ToArray()));
        await test.RunAsync();
    }

    [Fact]
    public Task Helper_InAnotherFileOfTheProject_IsNot() => Verify.Files(
        Verify.Module("return Helpers.Twice(x);"),
        "static class Helpers { public static Tensor<float> Twice(Tensor<float> x) => x + x; }");
}
