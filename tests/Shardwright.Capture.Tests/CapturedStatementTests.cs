using Shardwright.Compiler;
using Shardwright.Compiler.Modules;

namespace Shardwright.Capture.Tests;

public sealed class CapturedStatementTests
{
    static EquatableArray<Statement> Body(string statements, string others = "")
    {
        var module = Capturing.Module($$"""
            {{others}}
            public Tensor<float> Forward(Tensor<float> x)
            {
                {{statements}}
            }
            """);
        Assert.Empty(module.Diagnostics);
        return module.Graph.Methods.Single(m => m.Key == "Forward").Body;
    }

    [Fact]
    public void Local_DeclaredAndAssigned_KeepsItsName()
        => Assert.Equal(["h", "h", "x"], Body("var h = Nn.Silu(x); h = h + x; x = h; return x;").OfType<Assignment>().Select(a => a.Local));

    [Fact]
    public void TwoLocals_OfOneSpelling_AreToldApart()
        => Assert.Equal(["h", "h#2"], Body("if (gated) { var h = x; x = h; } else { var h = x + x; x = h; } return x;").OfType<If>()
            .SelectMany(i => i.Then.Concat(i.Else)).OfType<Assignment>().Select(a => a.Local).Where(n => n != "x"));

    [Theory]
    [InlineData("var (a, b) = Two(x);")]
    [InlineData("(Tensor<float> a, var b) = Two(x);")]
    [InlineData("Tensor<float> a, b; (a, b) = Two(x);")]
    public void Tuple_TakenApart_IsADeconstruction(string code)
    {
        var statement = Body(code + " return a + b;", "(Tensor<float> First, Tensor<float>) Two(Tensor<float> x) => (x, Weight);").OfType<Deconstruction>().Single();
        Assert.Equal(["a", "b"], statement.Locals);
        Assert.Equal("Two", Assert.IsType<MethodCall>(statement.Value).Key);
    }

    [Fact]
    public void Tuple_WithDiscard_HasNoLocalThere() => Assert.Equal(["a", null], Body("var (a, _) = Nn.Split(x, 2); return a;").OfType<Deconstruction>().Single().Locals);

    [Theory]
    [InlineData("pair.Item2", 1)]
    [InlineData("pair.First", 0)]
    public void TupleItem_ByNameOrPosition_HasItsIndex(string code, int index)
    {
        var result = Assert.IsType<Return>(Body($"var pair = Two(x); return {code};", "(Tensor<float> First, Tensor<float>) Two(Tensor<float> x) => (x, x);")[1]);
        Assert.Equal(index, Assert.IsType<TupleItem>(result.Value).Index);
    }

    [Theory]
    [InlineData("for (int i = 0; i < heads; i++)", "<", 1)]
    [InlineData("for (int i = 8; i >= 0; i -= 2)", ">=", null)]
    [InlineData("for (var i = 0; i != 4; i = i + 2)", "!=", 2)]
    public void For_WithEvaluableBounds_IsCaptured(string header, string comparison, int? step)
    {
        var loop = Body(header + " x = x + x; return x;").OfType<For>().Single();
        Assert.Equal(("i", comparison), (loop.Variable, loop.Comparison));
        Assert.Equal(step, (loop.Step as Literal)?.Value);
    }

    [Fact]
    public void Scalar_CompoundAssignment_IsAnAssignment()
    {
        var statement = Assert.IsType<Assignment>(Body("int n = 1; n += heads; n++; return Nn.Rope(x, n);")[1]);
        Assert.Equal("+", Assert.IsType<Binary>(statement.Value).Operator);
    }

    [Fact]
    public void Helper_StaticWithSource_IsCapturedUnderItsDocumentationId()
    {
        var compilation = Capturing.Compile(
            ("/project/M.cs", "[Module] public sealed class M(int width) { public Parameter Weight { get; } = new(width); public Tensor<float> Forward(Tensor<float> x) => Gates.Gated(x, 2) + Weight; }"),
            ("/project/Gates.cs", "static class Gates { public static Tensor<float> Gated(this Tensor<float> x, int times) => Twice(x) * x; static Tensor<float> Twice(Tensor<float> x) => x + x; }"));
        var graph = compilation.Capture("M").Graph;
        Assert.False(graph.HasErrors);
        Assert.Equal(["Forward", "M:Gates.Gated(System.Numerics.Tensors.Tensor{System.Single},System.Int32)", "M:Gates.Twice(System.Numerics.Tensors.Tensor{System.Single})"], graph.Methods.Select(m => m.Key));
    }

    [Fact]
    public void StatementWithBody_Text_IsItsHeader()
    {
        var module = Capturing.Module("public Tensor<float> Forward(Tensor<float> x) { for (int i = 0; /* all */ i < heads;\n i++)\n x = x + x; return x; }");
        var loop = module.Graph.Methods.Single().Body.OfType<For>().Single();
        Assert.Equal("for (int i = 0; i < heads; i++)", module.Sources.Sites[loop.Site].Text);
    }
}
