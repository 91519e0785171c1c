namespace Shardwright.Training.Tests.Gradients;

/// <summary>Gradients through <c>Repeated</c> lists: carried values, values and parameters from outside, lists in lists.</summary>
public sealed class LoopGradientTests
{
    private const string Layer = """
        [Module]
        public sealed class Layer(int width)
        {
            public Parameter W { get; } = new(width, width);
            public Parameter Row { get; } = new(width);

            public Tensor<float> Forward(Tensor<float> x) => Nn.Tanh(Nn.MatMul(x, W)) + x * Row;

            public Tensor<float> With(Tensor<float> x, Tensor<float> other) => Nn.Tanh(Nn.MatMul(x, W)) * other + Row;
        }
        """;

    private const string Layers = "public Repeated<Layer> Layers { get; } = new(3, () => new(Width));";

    [Theory]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); return x;")]
    [InlineData("foreach (var layer in Layers) { var before = x; x = layer.Forward(x); x = x + before * before; } return x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(Nn.RmsNorm(x, layer.Row)); return x;")]
    public void Gradient_CarriedValue_IsTheSlope(string body) => Check(body);

    [Theory]
    [InlineData("var a = x; var b = x * x; foreach (var layer in Layers) { a = layer.With(a, b); b = b + a; } return a * b;")]
    [InlineData("var a = x; var b = x * x; foreach (var layer in Layers) { var t = a; a = layer.Forward(b); b = t; } return a + 2f * b;")]
    [InlineData("var a = x; var b = x; foreach (var layer in Layers) { a = layer.Forward(a); b = b + a; } return b;")]
    [InlineData("var a = x; var b = x; foreach (var layer in Layers) { a = layer.Forward(a); b = a; } return b * b;")]
    [InlineData("var a = x; var b = x * 2f; foreach (var layer in Layers) { a = layer.With(a, b); b = x; } return a;")]
    [InlineData("var a = x; var b = x * 2f; foreach (var layer in Layers) { a = layer.With(a, b * x); b = x; } return a * b;")]
    [InlineData("Tensor<float> row = Row; foreach (var layer in Layers) { x = layer.With(x, row); row = layer.Row; } return x * row;")]
    [InlineData("Tensor<float> row = Nn.Tanh(Row); foreach (var layer in Layers) { x = layer.With(x, row); row = Row; } return x * row;")]
    public void Gradient_SeveralCarriedValues_IsTheSlope(string body) => Check(body, "public Parameter Row { get; } = new(Width);");

    [Theory]
    [InlineData("var h = Nn.Tanh(x); foreach (var layer in Layers) x = layer.With(x, h); return x;")]
    [InlineData("var h = Nn.Tanh(x); foreach (var layer in Layers) x = layer.With(x, h); return x * h;")]
    [InlineData("var start = x; foreach (var layer in Layers) x = layer.With(x, start); return x + start;")]
    [InlineData("var h = Nn.Mean(x); foreach (var layer in Layers) x = layer.Forward(x) * h; return x;")]
    public void Gradient_ValueFromOutside_IsTheSlope(string body) => Check(body);

    [Theory]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(Nn.MatMul(x, Shared)); return x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(Nn.MatMul(x, Shared)); return Nn.MatMul(x, Nn.Transpose(Shared));")]
    [InlineData("var s = Nn.Tanh(Shared); foreach (var layer in Layers) x = layer.Forward(Nn.MatMul(x, s)); return x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x) * Row + Row; return x * Row;")]
    public void Gradient_ParameterFromOutside_IsTheSlope(string body) => Check(body, "public Parameter Shared { get; } = new(Width, Width); public Parameter Row { get; } = new(Width);");

    [Theory]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(layer.Forward(x)); return x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); foreach (var layer in Layers) x = layer.With(x, x); return x;")]
    public void Gradient_LayersUsedTwice_IsTheSlope(string body) => Check(body);

    [Theory]
    [InlineData("foreach (var layer in Layers) x = Nn.CausalAttention(layer.Forward(x), Nn.Rope(x, 2), x, 2); return x;")]
    [InlineData("foreach (var layer in Layers) { var (a, b) = Nn.Split(x, 2); x = layer.Forward(Nn.Concat(b, a)); } return x;")]
    [InlineData("foreach (var layer in Layers) { var h = Nn.Reshape(x, Batch, Context, 2, 2); x = layer.With(x, Nn.Reshape(Nn.Softmax(h), Batch, Context, Width)); } return x;")]
    [InlineData("foreach (var layer in Layers) x = Nn.Reshape(Nn.Reshape(layer.Forward(x), 6, Width), Batch, Context, Width); return x;")]
    public void Gradient_OpsInsideTheLoop_IsTheSlope(string body) => Check(body);

    [Theory]
    [InlineData("foreach (var layer in Layers) y = y + layer.Forward(x); return y;")]
    [InlineData("foreach (var layer in Layers) y = layer.With(y, x); return y;")]
    public void Gradient_CarriedValueThatBecomesTrainable_IsTheSlope(string body) => TinyModel.AssertGradients(TinyModel.Source(
        "var y = Fixed + 0f * x; " + body, Layers + " [Frozen] public Parameter Fixed { get; } = new(Width);", Layer));

    [Theory]
    [InlineData("foreach (var stage in Stages) x = stage.Forward(x); return x;")]
    [InlineData("var h = Nn.Tanh(x); foreach (var stage in Stages) x = stage.With(x, h); return x * h;")]
    [InlineData("foreach (var stage in Stages) x = stage.Forward(Nn.MatMul(x, Shared)); return x;")]
    [InlineData("foreach (var stage in Stages) foreach (var layer in stage.Layers) x = layer.Forward(Nn.MatMul(x, Shared)); return x;")]
    public void Gradient_ListInList_IsTheSlope(string body) => TinyModel.AssertGradients(TinyModel.Source(
        body, "public Repeated<Stage> Stages { get; } = new(2, () => new(Width)); public Parameter Shared { get; } = new(Width, Width);", Layer + """
            [Module]
            public sealed class Stage(int width)
            {
                public Repeated<Layer> Layers { get; } = new(3, () => new(width));
                public Parameter Gain { get; } = new(width);

                public Tensor<float> Forward(Tensor<float> x)
                {
                    var start = x;
                    foreach (var layer in Layers)
                        x = layer.Forward(x);
                    return start + x * Gain;
                }

                public Tensor<float> With(Tensor<float> x, Tensor<float> other)
                {
                    foreach (var layer in Layers)
                        x = layer.With(x, other * Gain);
                    return x;
                }
            }
            """));

    private static void Check(string body, string members = "") => TinyModel.AssertGradients(TinyModel.Source(body, Layers + members, Layer));
}
