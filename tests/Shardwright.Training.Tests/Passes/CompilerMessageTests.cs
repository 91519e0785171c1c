using Shardwright.Compiler;
using Shardwright.Training.Tests.Gradients;
using Shardwright.Training.Tests.Harness;

namespace Shardwright.Training.Tests.Passes;

/// <summary>A mistake is one message that names the operation, both shapes, the dimension and what to do.</summary>
public sealed class CompilerMessageTests
{
    [Theory]
    [InlineData("Nn.MatMul(x, W)", "Nn.MatMul", "[2, 3, 4]", "[5, 4]", "inner dimension is 4", "but 5 on 'w'")]
    [InlineData("Nn.MatMul(x, Row)", "Nn.MatMul", "[2, 3, 4]", "[5]", "[k, n]")]
    [InlineData("Nn.MatMul(x, Nn.MatMul(x, Nn.Transpose(W)))", "Nn.MatMul", "[2, 3, 4]", "[2, 3, 5]", "inner dimension is 4", "but 3")]
    [InlineData("x + Row", "operator +", "[2, 3, 4]", "[5]", "dimension 1 from the right is 4 on the left and 5 on the right")]
    [InlineData("Row * x", "operator ×", "[2, 3, 4]", "[5]", "dimension 1 from the right is 5 on the left and 4 on the right")]
    [InlineData("Nn.RmsNorm(x, Row)", "Nn.RmsNorm", "[2, 3, 4]", "[5]", "last dimension is 4", "need a gain [4]")]
    [InlineData("Nn.LayerNorm(x, Row, Row)", "Nn.LayerNorm", "[2, 3, 4]", "[5]", "last dimension is 4")]
    [InlineData("Nn.CausalAttention(x, x, x, 3)", "Nn.CausalAttention", "[2, 3, 4]", "3 heads")]
    [InlineData("Nn.CausalAttention(x, Nn.MatMul(x, Nn.Transpose(W)), x, 2)", "Nn.CausalAttention", "[2, 3, 4]", "[2, 3, 5]")]
    [InlineData("Nn.Rope(x, 4)", "Nn.Rope", "[2, 3, 4]", "4 heads", "even size")]
    [InlineData("Nn.Reshape(x, 2, 5)", "Nn.Reshape", "[2, 3, 4]", "24 elements", "[2, 5] has 10")]
    [InlineData("Nn.Split(x, 4).Item2", "Nn.Split", "[2, 3, 4]", "of 4")]
    [InlineData("Nn.Concat(x, Nn.Transpose(x))", "Nn.Concat", "[2, 3, 4]", "[2, 4, 3]", "all dimensions but the last")]
    [InlineData("Nn.Embed(tokens, Row)", "Nn.Embed", "[2, 3]", "[5]", "[vocabulary, width]")]
    public void Compile_ShapesThatDoNotFit_NamesOperationShapesAndDimension(string expression, params string[] words) =>
        AssertMessage(Rules.ShapeMismatch, Tiny($"return {expression};"), words);

    [Theory]
    [InlineData("Nn.Reshape(x, 3, 8)", "Nn.Reshape", "[3, 8]", "2 sequences")]
    [InlineData("Nn.Transpose(Nn.Reshape(x, Batch, 12))", "Nn.Transpose", "[2, 12]", "dimension 0")]
    public void Compile_BatchDimensionMoved_IsRefused(string expression, params string[] words) => AssertMessage(Rules.MovesSequence, Tiny($"return {expression};"), words);

    [Theory]
    [InlineData("x * Nn.Reshape(Nn.MatMul(Nn.Reshape(x, Batch, 12), Wide), Batch, 1, Width)")] // [2, 3, 4] · [2, 1, 4]
    [InlineData("x * Apart")] // [2, 3, 4] · [2, 1, 4] of a parameter
    public void Compile_BroadcastOverAnInnerDimension_IsRefused(string expression) => AssertMessage(Rules.ShapeMismatch, Tiny($"return {expression};"), "operator ×", "[2, 3, 4]", "[2, 1, 4]");

    [Theory]
    [InlineData("x * Nn.Reshape(Nn.MatMul(Nn.Reshape(x, Batch, 12), Wide), Batch, Width)", "[2, 4]", 2)] // the sequences would meet the positions
    [InlineData("x + PerSequence", "[2, 1, 1]", 3)] // every rank has all of the parameter, and half of x
    [InlineData("x + Full", "[2, 3, 4]", 3)]
    public void Compile_OperandSplitOtherwiseThanTheResult_IsRefused(string expression, string shape, int context) =>
        AssertMessage(Rules.MovesSequence, Tiny($"return {expression};").Replace("Context = 3", $"Context = {context}").Replace("12", $"{4 * context}"), "operator", $"[2, {context}, 4]", shape);

    [Fact]
    public void Compile_CarriedShapeChanges_NamesBothShapes() => AssertMessage(
        Rules.CarriedShape, Tiny("foreach (var layer in Layers) x = Nn.Concat(x, layer.Forward(x)); return x;"), "foreach", "'x' is [2, 3, 4]", "[2, 3, 8] at its end");

    [Fact]
    public void Compile_BatchNotDivisible_NamesEveryInputAndTheMesh()
    {
        var found = CapturedModel.Diagnose(Tiny("return x;"), (4, 1));

        Assert.Equal(["tokens", "targets", "weights", "probe"], found.Select(d => d.Message.Split('\'')[1]));
        Assert.All(found, d => Assert.Equal((Rules.Indivisible, true), (d.Id, d.Message.Contains("dimension 0 ('Batch') is 2, which Data = 4 (of ShardwrightMesh) does not divide; use a multiple of 4", StringComparison.Ordinal))));
    }

    [Fact]
    public void Compile_ExpertNotDividingData_SaysSo() => AssertMessage(Rules.ExpertDividesData, Tiny("return x;"), (2, 4), "data=2", "expert=4", "multiple of Expert");

    [Fact]
    public void Compile_ExpertsNotDivisible_NamesGroupAndNumbers() => AssertMessage(
        Rules.Indivisible, Tiny("return Experts.Forward(x, Nn.MatMul(x, Router));"), (2, 2), "'Experts' has 5 experts", "2 expert-parallel ranks");

    [Theory]
    [InlineData("Nn.Rope(x, 2)", "Nn.Rope")]
    [InlineData("Nn.CausalAttention(x, x, x, 2)", "Nn.CausalAttention")]
    [InlineData("x * Nn.Mean(x)", "Nn.Sum")]
    [InlineData("Nn.MatMul(x, Nn.Transpose(x))", "Nn.")]
    public void Compile_ExpertThatMixesRows_NamesTheOperation(string expression, string operation)
    {
        var found = CapturedModel.Diagnose(Tiny("return Experts.Forward(x, Nn.MatMul(x, Router));", expression));

        Assert.Contains(found, d => d.Id is Rules.NotRowWise or Rules.ShapeMismatch or Rules.MovesSequence && d.Message.Contains(operation, StringComparison.Ordinal));
    }

    [Fact]
    public void Compile_LogitsOfAnotherWidth_NamesBothNumbers() =>
        AssertMessage(Rules.ShapeMismatch, Tiny("return Experts.Forward(x, x);"), "Experts.Forward", "[2, 3, 4]", "5 experts");

    [Fact]
    public void Compile_GroupCalledTwice_SaysSo() => AssertMessage(
        Rules.UnknownName, Tiny("return Experts.Forward(Experts.Forward(x, Nn.MatMul(x, Router)), Nn.MatMul(x, Router));"), "Experts.Forward", "called twice");

    [Fact]
    public void Compile_LossNotScalar_NamesTheShape() => AssertMessage(Rules.NoGradient, TinyModel.Source("return x;", loss: "y"), "Loss", "[2, 3, 4]", "scalar");

    [Fact]
    public void Compile_NothingTrainable_SaysSo() =>
        AssertMessage(Rules.NoGradient, TinyModel.Source("return x;").Replace("public Parameter Table", "[Frozen] public Parameter Table"), "does not depend on any trainable parameter");

    [Fact]
    public void Compile_ModuleThatContainsItself_SaysSo() => AssertMessage(
        Rules.UnknownName, TinyModel.Source("return Node.Forward(x);", "public Node Node { get; } = new();", """
            [Module]
            public sealed class Node
            {
                public Node Next { get; } = new();
                public Tensor<float> Forward(Tensor<float> x) => x;
            }
            """), "Node contains itself");

    [Fact]
    public void Compile_InputsOfDifferentBatches_NamesBoth() => AssertMessage(Rules.ShapeMismatch, TinyModel.Source("return x;", probe: "6, Width"), "'tokens' and 'probe'", "2 and 6");

    [Fact]
    public void Compile_ListUsedInsideItsOwnLoop_IsRefused() => AssertMessage(
        Rules.UnknownName, Tiny("foreach (var a in Layers) foreach (var b in Layers) x = b.Forward(a.Forward(x)); return x;"), "Layers");

    [Fact]
    public void Compile_GroupThatNothingCalls_IsNoMistake() => Assert.Empty(CapturedModel.Diagnose(Tiny("return x;"), (1, 1)));

    private static string Tiny(string body, string expert = "x") => TinyModel.Source(
        body,
        """
        public Parameter W { get; } = new(5, Width);
        public Parameter Wide { get; } = new(12, Width);
        public Parameter Row { get; } = new(5);
        public Parameter Apart { get; } = new(Batch, 1, Width);
        public Parameter PerSequence { get; } = new(Batch, 1, 1);
        public Parameter Full { get; } = new(Batch, Context, Width);
        public Parameter Router { get; } = new(Width, 5);
        public Repeated<Layer> Layers { get; } = new(3, () => new(Width));
        [Experts] public ExpertGroup<Expert> Experts { get; } = new(5, 2, () => new());
        """,
        $$"""
        [Module]
        public sealed class Layer(int width)
        {
            public Parameter W { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, W);
        }

        [Module]
        public sealed class Expert : IExpert
        {
            public Tensor<float> Forward(Tensor<float> x) => {{expert}};
        }
        """);

    private static void AssertMessage(string id, string source, params string[] words) => AssertMessage(id, source, (1, 1), words);

    private static void AssertMessage(string id, string source, (int Data, int Expert) mesh, params string[] words)
    {
        var found = Assert.Single(CapturedModel.Diagnose(source, mesh));
        Assert.Equal(id, found.Id);
        Assert.All(words, word => Assert.Contains(word, found.Message, StringComparison.Ordinal));
    }
}
