namespace Shardwright.Training.Tests.Gradients;

/// <summary>Every op's gradient rule against finite differences.</summary>
public sealed class OpGradientTests
{
    [Theory]
    [InlineData("Silu")]
    [InlineData("Gelu")]
    [InlineData("Relu")]
    [InlineData("Sigmoid")]
    [InlineData("Tanh")]
    [InlineData("Exp")]
    [InlineData("Softmax")]
    public void Gradient_Function_IsTheSlope(string function) => Check($"return Nn.{function}(2f * x) + x;");

    [Theory]
    [InlineData("3f * x - 1f")]
    [InlineData("1f - x / 4f")]
    [InlineData("-x + 2")]
    [InlineData("1f / (x + 3f)")]
    [InlineData("2f / (x + 3f) + x")]
    public void Gradient_Scalars_IsTheSlope(string expression) => Check($"return {expression};");

    [Fact]
    public void Gradient_MatMul_IsTheSlope() => Check("return Nn.MatMul(x, W) * Nn.MatMul(x, W);", "public Parameter W { get; } = new(Width, 5);", "Batch, Context, 5");

    [Fact]
    public void Gradient_MatMulTransposedParameter_IsTheSlope() => Check("return Nn.MatMul(x, Nn.Transpose(W));", "public Parameter W { get; } = new(5, Width);", "Batch, Context, 5");

    [Fact]
    public void Gradient_MatMulOfParameters_IsTheSlope() =>
        Check("return Nn.MatMul(x, Nn.MatMul(A, Nn.Tanh(B)));", "public Parameter A { get; } = new(Width, 2); public Parameter B { get; } = new(2, 5);", "Batch, Context, 5");

    [Fact]
    public void Gradient_MatMulByComputedTranspose_IsTheSlope() => Check("return Nn.MatMul(x, Nn.Transpose(Nn.Tanh(W)));", "public Parameter W { get; } = new(5, Width);", "Batch, Context, 5");

    [Theory]
    [InlineData("Nn.MatMul(p, Nn.Transpose(x))", "Batch, Context, Context")]
    [InlineData("Nn.MatMul(Nn.Transpose(p), x)", "Batch, Width, Width")]
    [InlineData("Nn.MatMul(Nn.MatMul(p, Nn.Transpose(x)), x)", "Batch, Context, Width")]
    [InlineData("Nn.MatMul(Nn.Transpose(p), Nn.Transpose(Nn.Transpose(x)))", "Batch, Width, Width")]
    [InlineData("Nn.MatMul(x, Nn.Transpose(x))", "Batch, Context, Context")]
    public void Gradient_BatchMatMul_IsTheSlope(string expression, string probe) => Check($"var p = Nn.MatMul(x, W); return {expression};", "public Parameter W { get; } = new(Width, Width);", probe);

    [Theory]
    [InlineData("Nn.RmsNorm(x, Gain)")]
    [InlineData("Nn.RmsNorm(x, Gain, epsilon: 0.1f)")]
    [InlineData("Nn.RmsNorm(x, Nn.Exp(Gain))")]
    [InlineData("Nn.LayerNorm(x, Gain, Bias)")]
    [InlineData("Nn.LayerNorm(x, Gain, Bias, epsilon: 0.1f)")]
    [InlineData("Nn.LayerNorm(x, Gain, Nn.Tanh(Bias)) + Nn.RmsNorm(x, Gain)")]
    public void Gradient_Norm_IsTheSlope(string expression) => Check($"return {expression};", "public Parameter Gain { get; } = new(Width); public Parameter Bias { get; } = new(Width);");

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    public void Gradient_CausalAttention_IsTheSlope(int heads, int keyWidth) => Check(
        $"return Nn.CausalAttention(Nn.MatMul(x, Q), Nn.MatMul(x, K), Nn.MatMul(x, V), {heads});",
        $"public Parameter Q {{ get; }} = new(Width, Width); public Parameter K {{ get; }} = new(Width, {keyWidth}); public Parameter V {{ get; }} = new(Width, {keyWidth});");

    [Fact]
    public void Gradient_CausalAttentionOfOneTensor_IsTheSlope() => Check("return Nn.CausalAttention(x, x, x, 2);");

    [Theory]
    [InlineData("Nn.Rope(x, 1)")]
    [InlineData("Nn.Rope(x, 2)")]
    [InlineData("Nn.Rope(x, 1, theta: 5f) + x")]
    public void Gradient_Rope_IsTheSlope(string expression) => Check($"return {expression};");

    [Theory]
    [InlineData("Nn.Reshape(Nn.Softmax(Nn.Reshape(x, Batch * Context, 2, 2)), Batch, Context, Width) * x", "Batch, Context, Width")]
    [InlineData("Nn.Reshape(x, Batch, Width, Context)", "Batch, Width, Context")]
    [InlineData("Nn.Reshape(Nn.Softmax(Nn.Reshape(x, Batch, Context, 2, 2)), Batch, Context, Width) * x", "Batch, Context, Width")]
    [InlineData("Nn.Transpose(x)", "Batch, Width, Context")]
    [InlineData("Nn.Transpose(Nn.Softmax(Nn.Transpose(x))) + x", "Batch, Context, Width")]
    [InlineData("Nn.Split(x, 1).Item2", "Batch, Context, 3")]
    [InlineData("Nn.Concat(x, Nn.Tanh(x))", "Batch, Context, 8")]
    [InlineData("Nn.Concat(Nn.Split(x, 1).Item2, x)", "Batch, Context, 7")]
    public void Gradient_Layout_IsTheSlope(string expression, string probe) => Check($"return {expression};", "", probe);

    [Fact]
    public void Gradient_BothPartsOfASplit_IsTheSlope() => Check("var (a, b) = Nn.Split(x, 1); return a * b;", "", "Batch, Context, 3");

    [Fact]
    public void Gradient_ReshapedParameter_IsTheSlope() => Check("return Nn.MatMul(x, Nn.Reshape(W, Width, 3));", "public Parameter W { get; } = new(12);", "Batch, Context, 3");

    [Theory]
    [InlineData("Nn.Sum(y * y)")]
    [InlineData("Nn.Mean(y * y)")]
    [InlineData("Nn.Sum(y) * Nn.Mean(y * y)")]
    [InlineData("Nn.Mean(y * Nn.Sum(y * y))")]
    [InlineData("Nn.Exp(0.1f * Nn.Sum(y)) / (1f + Nn.Mean(y * y))")]
    [InlineData("Nn.CrossEntropy(y, targets)")]
    [InlineData("Nn.CrossEntropy(y, targets, weights)")]
    [InlineData("2f * Nn.CrossEntropy(y, targets, weights) + 0.3f * Nn.Mean(y)")]
    [InlineData("Nn.Exp(Nn.CrossEntropy(y, targets, weights))")]
    [InlineData("Nn.CrossEntropy(y, targets) * Nn.CrossEntropy(y, targets)")]
    [InlineData("Nn.CrossEntropy(y, targets) - 0.1f * Nn.CrossEntropy(2f * y, targets, weights)")]
    [InlineData("Nn.Sum(Nn.Tanh(Table)) + Nn.Mean(y)")]
    [InlineData("Nn.Sum(Table) + Nn.Sum(y)")]
    public void Gradient_Loss_IsTheSlope(string loss) => TinyModel.AssertGradients(TinyModel.Source("return Nn.MatMul(x, W);", "public Parameter W { get; } = new(Width, 5);", probe: "Batch, 1", loss: loss));

    [Theory]
    [InlineData("x * x * x")]
    [InlineData("x - x * x - x")]
    [InlineData("x / (x * x + 1f)")]
    [InlineData("(x + x) * (x - 2f * x)")]
    public void Gradient_ValueUsedSeveralTimes_IsTheSlope(string expression) => Check($"return {expression};");

    [Fact]
    public void Gradient_FrozenParameter_IsNoneAndTheOthersAreTheSlope() => Check("return Nn.MatMul(Nn.Tanh(Nn.MatMul(x, W)), V);", "[Frozen] public Parameter W { get; } = new(Width, Width); public Parameter V { get; } = new(Width, Width);");

    private static void Check(string body, string members = "", string probe = "Batch, Context, Width") => TinyModel.AssertGradients(TinyModel.Source(body, members, probe: probe));
}
