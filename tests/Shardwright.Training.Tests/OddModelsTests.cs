using Shardwright.Training.Tests.Harness;
using Shardwright.Training.Tests.OddModels;
using static Shardwright.Training.Tests.OddModels.OddModel;

namespace Shardwright.Training.Tests;

/// <summary>Odd but legal models train as their eager selves say, on one rank and on several; odd illegal ones get a diagnostic.</summary>
public sealed class OddModelsTests
{
    private const string LargeGroup = "public Parameter Router2 { get; } = new(Width, 8); [Experts(Dispatch = Dispatch.Padded)] public ExpertGroup<Expert> More { get; } = new(8, 1, () => new(Width)) { BalanceLoss = 0.01f }; ";
    private const string ListOfSparse = "public Repeated<Sparse> Blocks { get; } = new(2, () => new(Width, 4, 2)); ";
    private const string Stages = """
        [Module]
        public sealed class Stage(int width)
        {
            public Repeated<Sparse> Blocks { get; } = new(2, () => new(width, 4, 2));
            public Parameter Gain { get; } = new(width);

            public Tensor<float> Forward(Tensor<float> x)
            {
                foreach (var block in Blocks)
                    x = block.Forward(x);
                return x * Gain;
            }
        }
        """;

    [Theory]
    [InlineData("return Experts.Forward(x, Nn.MatMul(x, Router));", Group)]
    [InlineData("var h = Experts.Forward(x, Nn.MatMul(x, Router)); return h + More.Forward(h + x, Nn.MatMul(x, Router2));", Group + LargeGroup)]
    [InlineData("return x + Experts.Forward(x, Nn.MatMul(x, Router)) * More.Forward(x, Nn.MatMul(x, Router2));", Group + LargeGroup)]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x); return x;", ListOfSparse)]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x); return Experts.Forward(x, Nn.MatMul(x, Router));", ListOfSparse + Group)]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x); foreach (var layer in Layers) x = layer.Forward(x); return x;", ListOfSparse + Layers)]
    [InlineData("foreach (var stage in Stages) x = stage.Forward(x); return x;", "public Repeated<Stage> Stages { get; } = new(2, () => new(Width));")]
    [InlineData("foreach (var block in Blocks) foreach (var layer in Layers) x = block.Forward(layer.Forward(x)); return x;", ListOfSparse + Layers, false)]
    [InlineData("return Two.Forward(One.Forward(x));", "public Sparse One { get; } = new(Width, 4, 1); public Sparse Two { get; } = new(Width, 2, 2);")]
    [InlineData("return Full.Forward(x);", "public Sparse Full { get; } = new(Width, 4, 4);")]
    [InlineData("return x * Experts.Forward(x, Nn.Softmax(Nn.MatMul(x, Router)));", Group)]
    [InlineData("return x + 0.5f * Experts.Forward(logits: Nn.MatMul(x, Router), x: x);", Group)]
    [InlineData("Tensor<float> logits = Nn.MatMul(x, Router); return x + Experts.Forward(x, logits) + Nn.MatMul(logits, Nn.Transpose(Router));", Group)]
    [InlineData("var wide = Nn.Reshape(x, Batch, Context, 2, 2); var h = Experts.Forward(Nn.Reshape(x, Batch * Context, Width), Nn.MatMul(Nn.Reshape(wide, Batch * Context, Width), Router)); return Nn.Reshape(h, Batch, Context, Width);", Group)]
    [InlineData("return Experts.Forward(x, Nn.MatMul(x, Router)) * (float)Experts.Count / Experts.TopK;", Group)]
    [InlineData("var h = Nn.Embed(tokens, Still); return x + Experts.Forward(h, Nn.MatMul(h, Router));", Group + "[Frozen] public Parameter Still { get; } = new(Vocabulary, Width);")]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x) / Blocks.Count; return Blocks.Count > 1 ? x : -x;", ListOfSparse)]
    public void Model_OfExpertGroups_TrainsAsEager(string body, string members, bool legal = true)
    {
        string source = Source(body, members, modules: Stages);
        if (legal)
            OddModelCheck.Holds(source, (4, 2));
        else
            Diagnosed(source, "SHW1011");
    }

    [Theory]
    [InlineData("return Nn.MatMul(x, W);", "public Parameter W { get; } = new(4, 4);")]
    [InlineData("return x + Bias;", "public Parameter Bias { get; } = new(4);")]
    [InlineData("return x * Gain * Nn.Sigmoid(x);", "public Parameter Gain { get; } = new(1);")]
    [InlineData("return Nn.RmsNorm(Nn.MatMul(Nn.LayerNorm(x, Gain, Bias), W) + Bias, Gain);", "public Parameter W { get; } = new(4, 4); public Parameter Gain { get; } = new(4); public Parameter Bias { get; } = new(4);")]
    [InlineData("var (a, b) = Nn.Split(x, 1); return Nn.Concat(Nn.Silu(b), a) * Gain;", "public Parameter Gain { get; } = new(4);")]
    [InlineData("return Nn.MatMul(x, Nn.Softmax(W)) + Nn.MatMul(x, Nn.Transpose(W));", "public Parameter W { get; } = new(4, 4);")]
    [InlineData("return Nn.Softmax(Nn.MatMul(x, Nn.MatMul(W, V)));", "public Parameter W { get; } = new(4, 2); public Parameter V { get; } = new(2, 4);")]
    [InlineData("return (1 - x) / (2 + x * x) - W * 2;", "public Parameter W { get; } = new(1, 4);")]
    [InlineData("return Nn.MatMul(Inner.Forward(x), W);", "public Parameter W { get; } = new(4, 4); public Layer Inner { get; } = new(4);")]
    [InlineData("return Nn.MatMul(x, W) * Gain;", "public Parameter W { get; } = new(4, 4); [Frozen] public Parameter Gain { get; } = new(4);")]
    [InlineData("return -x * x;", "")]
    [InlineData("return x;", "")]
    public void Expert_OfAnyRowWiseBody_TrainsAsEager(string body, string members)
    {
        string expert = $$"""
            [Module]
            public sealed class Odd : IExpert
            {
                {{members}}
                public Tensor<float> Forward(Tensor<float> x) { {{body}} }
            }
            """;
        OddModelCheck.Holds(Source("return x + Experts.Forward(x, Nn.MatMul(x, Router));",
            "public Parameter Router { get; } = new(Width, 4); [Experts(Dispatch = Dispatch.Gathered)] public ExpertGroup<Odd> Experts { get; } = new(4, 2, () => new()) { RouterZLoss = 0.01f };", modules: expert), (4, 2));
    }

    [Theory]
    [InlineData(5, 1, 1)]
    [InlineData(5, 4, 2)]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 2)]
    public void Expert_OfAnotherWidth_TrainsAsEager(int width, int experts, int topK) => OddModelCheck.Holds(Source(
        "return Nn.Concat(Experts.Forward(x, Nn.MatMul(x, Router)), x);",
        $"public Parameter Router {{ get; }} = new(Width, {experts}); public Parameter Wide {{ get; }} = new({width + 4}, Width); public ExpertGroup<Linear> Experts {{ get; }} = new({experts}, {topK}, () => new(Width, {width}));",
        "Nn.CrossEntropy(Nn.MatMul(Nn.MatMul(y, Wide), Head), targets)",
        "[Module] public sealed class Linear(int width, int wide) : IExpert { public Parameter W { get; } = new(width, wide); public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, W); }"), (4, experts == 1 ? 1 : 2));

    [Theory]
    [InlineData("var a = x; var b = x * x; foreach (var layer in Layers) { var t = a; a = b; b = layer.Forward(t); } return a - b;")]
    [InlineData("var a = x; var b = x * x; foreach (var layer in Layers) (a, b) = (b, a); return a - 2 * b;")]
    [InlineData("var a = x; var b = x * x; foreach (var layer in Layers) (a, b) = layer.Both(b, a); return a - b;")]
    [InlineData("var a = x; foreach (var layer in Layers) { a = a; x = layer.With(x, a); } return x + a;")]
    [InlineData("var y = x; foreach (var layer in Layers) y = layer.Forward(x); return y;")]
    [InlineData("var y = x; foreach (var layer in Layers) y = x; return y;")]
    [InlineData("var y = x * 2; foreach (var layer in Layers) y = layer.Row + 0 * x; return y;")]
    [InlineData("var y = x; foreach (var layer in Layers) { y = x * layer.Row; x = layer.Forward(y); } return x * y;")]
    [InlineData("var h = Nn.Tanh(x); foreach (var layer in Layers) x = layer.With(x, h); return x * h;")]
    [InlineData("var h = Nn.Mean(x); foreach (var layer in Layers) x = layer.Forward(x) * h; return x * h;")]
    [InlineData("var h = x; foreach (var layer in Layers) h = layer.Forward(h); return x;")]
    [InlineData("foreach (var layer in Layers) { var unused = layer.Forward(x); } return x;")]
    [InlineData("foreach (var layer in Layers) { } return x;")]
    [InlineData("foreach (var layer in Layers) x = Nn.Reshape(Nn.Reshape(x, Batch, 2, 6), Batch, Context, Width); return x;")]
    [InlineData("var z = Nn.Reshape(x, Batch, Context * Width); foreach (var layer in Layers) z = Nn.Reshape(layer.Forward(Nn.Reshape(z, Batch, Context, Width)), Batch, Context * Width); return Nn.Reshape(z, Batch, Context, Width);")]
    [InlineData("var s = Nn.MatMul(x, Nn.Transpose(x)); foreach (var layer in Layers) { s = Nn.Transpose(s); x = layer.Forward(Nn.MatMul(s, x)); } return Nn.MatMul(s, x);")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); foreach (var layer in Layers) x = layer.Forward(x) + x; return x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); foreach (var other in Others) x = other.With(x, x); return x;")]
    [InlineData("foreach (var layer in Layers) foreach (var other in Others) x = other.Forward(layer.Forward(x)); return x;")]
    [InlineData("var y = x; foreach (var layer in Layers) { y = x; foreach (var other in Others) y = other.Forward(y) + layer.Row; x = y * x; } return x;")]
    [InlineData("foreach (var layer in Single) x = layer.Forward(x); return x;")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(Nn.MatMul(x, Square)); return Nn.MatMul(x, Square);")]
    [InlineData("x = Nn.MatMul(x, Square); foreach (var layer in Layers) x = layer.With(Nn.MatMul(x, Nn.Transpose(Square)), x); return x;")]
    [InlineData("Tensor<float> p = Square; foreach (var layer in Layers) { x = Nn.MatMul(x, p); p = layer.W; } return Nn.MatMul(x, p);")]
    [InlineData("var p = Nn.MatMul(Square, Square); foreach (var layer in Layers) { x = Nn.MatMul(x, p); p = Nn.MatMul(p, layer.W); } return Nn.MatMul(x, p);")]
    [InlineData("for (int i = 0; i < Layers.Count; i++) foreach (var layer in Layers) x = layer.Forward(x) * (i + 0.5f); return x;")]
    [InlineData("foreach (var layer in Layers) for (int i = 1; i <= 2; i++) x = layer.Forward(x) / i; return x;")]
    [InlineData("Tensor<float> s = Scalar; foreach (var layer in Layers) { x = layer.Forward(x) * s; s = s * Nn.Mean(x); } return x * s;")]
    [InlineData("foreach (var layer in Layers) { var (a, b) = Nn.Split(x, 1); x = layer.Forward(Nn.Concat(b, a)); } return x;")]
    public void Loop_OfAnyShape_TrainsAsEager(string body) => OddModelCheck.Holds(Source(body, Layers
        + "public Repeated<Layer> Others { get; } = new(2, () => new(Width)); public Repeated<Layer> Single { get; } = new(1, () => new(Width)); public Parameter Square { get; } = new(Width, Width); public Parameter Scalar { get; } = new(1);"), (4, 2));

    [Theory]
    [InlineData("return (1 - x) + (x - 1) + 2 * x + x * 3 + x / 3 + (-x);")]
    [InlineData("return 2 / (x * x + 1) + (1 / (x + 9)) - 0.5f / (3 + x);")]
    [InlineData("const double d = 0.1; long n = 3; float f = 1 / 3f; return x * (float)d + x * n - x * f / (Width - 1);")]
    [InlineData("return x * (float)Math.Sqrt(Width) + Math.Max(1, Context) * x;")]
    [InlineData("return x + Row + Wide + Cube + Column + One;")]
    [InlineData("return Row + (Wide + (Cube + (Column + (One + x))));")]
    [InlineData("return Row * x - Wide * x + Cube / (3 + x) - Column * x * One;")]
    [InlineData("return x * Row - x * Wide + x / (3 + Cube * Cube) - x / (2 + Column * Column) - x / (2 + One * One);")]
    [InlineData("return Row / (3 + x * x) - Wide / (3 + x * x) + (Column - x) * (One - x) - (Row - x) * (Wide - x);")]
    [InlineData("return (Row + Wide) * x + (Wide - Column) * x + (One / (2 + Wide * Wide)) * x;")]
    [InlineData("return x + PerSequence.Forward(x) * x;")]
    [InlineData("var m = Nn.Mean(x); return x - m + Nn.Sum(x * x) * 0.01f / (1 + m * m);")]
    [InlineData("return Nn.Reshape(Nn.Softmax(Nn.Reshape(x, Batch, Context * Width)), Batch, Context, Width);")]
    [InlineData("return Nn.Reshape(Nn.Softmax(Nn.Reshape(x, Batch * Context * 2, 2)), Batch, Context, Width);")]
    [InlineData("return x * x + (x + x) - x / x;")]
    [InlineData("return Nn.MatMul(Nn.MatMul(x, Nn.Transpose(x)), x) * 0.5f;")]
    [InlineData("var h = Nn.Reshape(x, Batch, Context, 2, 2); return Nn.Reshape(Nn.MatMul(h, h) + Nn.MatMul(Nn.Transpose(h), h) + Nn.MatMul(h, Nn.Transpose(h)), Batch, Context, Width);")]
    [InlineData("return Nn.MatMul(x, Nn.MatMul(Square, Nn.Transpose(Square))) + Nn.MatMul(x, Nn.Softmax(Square));")]
    [InlineData("return Nn.MatMul(x, Nn.Transpose(Nn.Transpose(Square))) + Nn.MatMul(x, Nn.Transpose(Nn.Softmax(Square)));")]
    [InlineData("return Nn.MatMul(x, Square * Square + Nn.Transpose(Square) - Row);")]
    [InlineData("return x * Nn.Mean(Square) + Nn.Sum(Row * Row) - Nn.Softmax(Row);")]
    [InlineData("return Nn.RmsNorm(x, Row * Row) + Nn.LayerNorm(x, Row, Nn.Tanh(Row));")]
    [InlineData("return Nn.CausalAttention(x, x, x, 2) + Nn.CausalAttention(Nn.Rope(x, 1), x * 2, x, 1);")]
    [InlineData("var (a, b) = Nn.Split(x, 3); var (c, d) = Nn.Split(a, 2); return Nn.Concat(Nn.Concat(b, d), c);")]
    [InlineData("var pair = Nn.Split(x, 2); return Nn.Concat(pair.Item2 * pair.Item1, pair.Item1);")]
    [InlineData("var h = Nn.Transpose(x); return Nn.Transpose(Nn.MatMul(h, Mixer));")]
    public void Expression_InAnyOrderAndShape_TrainsAsEager(string body) => OddModelCheck.Holds(Source(body,
        "public Parameter Row { get; } = new(Width); public Parameter Wide { get; } = new(Context, Width); public Parameter Cube { get; } = new(1, Context, Width); public Parameter Column { get; } = new(Context, 1); "
        + "public Parameter One { get; } = new(1, 1); public Parameter Square { get; } = new(Width, Width); public Parameter Mixer { get; } = new(Context, Context); public First PerSequence { get; } = new();",
        modules: "[Module] public sealed class First { public Tensor<float> Forward(Tensor<float> x) => Nn.Reshape(Nn.Split(Nn.Reshape(x, OddOne.Batch, OddOne.Context * OddOne.Width), 1).Item1, OddOne.Batch, 1, 1); }"), (4, 2));

    [Theory]
    [InlineData("Nn.CrossEntropy(Nn.MatMul(y, Nn.Transpose(Table)), targets)")]
    [InlineData("Nn.CrossEntropy(Nn.MatMul(y, Nn.Transpose(Table)) + Nn.MatMul(Nn.MatMul(y, Nn.Transpose(Table)), Nn.MatMul(Table, Nn.Transpose(Table))), targets)")]
    [InlineData("Nn.CrossEntropy(Nn.MatMul(y, Head), targets) + 0.1f * Nn.Mean(y * y) + Nn.Sum(Head * Head)")]
    [InlineData("Nn.CrossEntropy(Nn.MatMul(y, Head), targets) * Nn.Mean(y * y)")]
    [InlineData("Nn.Mean(y * y) / (1 + Nn.Sum(Head * Head)) - Nn.CrossEntropy(Nn.MatMul(y, Head), targets) / 2")]
    [InlineData("1 - 1 / Nn.CrossEntropy(Nn.MatMul(y, Head), targets)")]
    [InlineData("Nn.CrossEntropy(Nn.MatMul(y, Head), targets) * Nn.CrossEntropy(Nn.MatMul(y, Nn.Transpose(Table)), targets)")]
    [InlineData("Nn.Exp(Nn.CrossEntropy(Nn.MatMul(y, Head), targets))")]
    [InlineData("-Nn.Mean(Nn.MatMul(y, Head) * Nn.MatMul(y, Head)) * 0.5f")]
    [InlineData("Nn.Sum(Head)")]
    [InlineData("Nn.Sum(y) * 0.01f")]
    [InlineData("Nn.Mean(Nn.Reshape(y, Batch * Context * Width) * Nn.Reshape(y, Batch * Context * Width))")]
    [InlineData("Nn.Reshape(Nn.Mean(y * y), 1)")]
    [InlineData("Nn.CrossEntropy(Nn.Reshape(Nn.MatMul(Nn.Reshape(y, Batch * Context, Width), Head), Batch, Context, Vocabulary), targets)")]
    public void Loss_OfAnyScalars_TrainsAsEager(string loss)
    {
        OddModelCheck.Holds(Source("return Nn.Tanh(x);", loss: loss), (4, 2));
        OddModelCheck.Holds(Source("return x;", loss: loss, microBatches: 3), (2, 2));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(8, 1)]
    [InlineData(4, 3)]
    [InlineData(8, 4)]
    [InlineData(12, 3)]
    [InlineData(20, 2)]
    public void MicroBatches_OfAnyNumberOfSequences_TrainAsEager(int batch, int microBatches)
    {
        string body = "foreach (var block in Blocks) x = block.Forward(x); return x;";
        OddModelCheck.Holds(Source(body, ListOfSparse, "Nn.CrossEntropy(Nn.MatMul(y, Nn.Transpose(Table)), targets)", batch: batch, microBatches: microBatches), (4, 2));
        OddModelCheck.Holds(Source(body, ListOfSparse, "Nn.CrossEntropy(Nn.MatMul(y, Head), targets, weights)", batch: batch, microBatches: microBatches, weighted: true), (4, 4), weight: i => i / 3 % 2 == 0 ? 0 : i % 5);
    }

    [Theory]
    [InlineData("return Nn.MatMul(x, Free) * Fixed;", "[Frozen] public Parameter Fixed { get; } = new(Width); public Parameter Free { get; } = new(Width, Width);")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); return x + Free;", "[Frozen] public Repeated<Layer> Layers { get; } = new(3, () => new(Width)); public Parameter Free { get; } = new(Width);")]
    [InlineData("return x + Experts.Forward(x, Nn.MatMul(x, Router));", "public Parameter Router { get; } = new(Width, 4); [Frozen] public ExpertGroup<Expert> Experts { get; } = new(4, 2, () => new(Width)) { BalanceLoss = 0.1f };")]
    [InlineData("return x + Experts.Forward(x, Nn.MatMul(x, Router));", "[Frozen] public Parameter Router { get; } = new(Width, 4); public ExpertGroup<Expert> Experts { get; } = new(4, 2, () => new(Width)) { BalanceLoss = 0.1f };")]
    [InlineData("return Inner.Forward(x);", "[Frozen] public Sparse Inner { get; } = new(Width, 4, 2);")]
    [InlineData("return x + Offset * x;", "[State] public State Offset { get; } = new(Width);")]
    [InlineData("return x;", "public Parameter Unused { get; } = new(Width); public Repeated<Layer> Layers { get; } = new(3, () => new(Width));")]
    public void Parameters_FrozenUnusedOrStates_TrainAsEager(string body, string members) => OddModelCheck.Holds(Source(body, members), (4, 2));

    [Fact]
    public void Model_FrozenButForOneParameter_TrainsAsEager()
    {
        string source = Source("foreach (var block in Blocks) x = block.Forward(x); return x + Only;", "[Frozen] public Repeated<Sparse> Blocks { get; } = new(2, () => new(Width, 4, 2)); public Parameter Only { get; } = new(Width);")
            .Replace("public Parameter Head", "[Frozen] public Parameter Head").Replace("public Parameter Table", "[Frozen] public Parameter Table");
        OddModelCheck.Holds(source, (4, 2));
    }

    [Theory]
    [InlineData("var (a, b, c) = Odds.Three(x, W, 2); return a * b + c;")]
    [InlineData("var three = Odds.Three(x); var (a, _, _) = three; return a + three.Product;")]
    [InlineData("return Inner.Choose(x, true) + Inner.Choose(x, false).Item1.Item1;", false)]
    [InlineData("return Inner.Choose(x, true).Left + Inner.Choose(x, false).Right * Inner.Scale;")]
    [InlineData("return Inner.Choose(Inner.Choose(x, Width > 3).Right, Context % 2 == 0 || Batch < 0).Left;")]
    [InlineData("return Apply(Inner, Apply(Inner, x)) + Apply(Other, x);")]
    [InlineData("return Nn.Embed(tokens, Nn.MatMul(Table, W)) + x + Nn.Embed(tokens, Table) * Nn.Embed(tokens, Nn.Tanh(Table));")]
    [InlineData("Tensor<float> w = W; w = w + W; w = w * w; return Nn.MatMul(x, w) - Nn.MatMul(x, W.Value);")]
    [InlineData("if (Width == 4) { x = -x; } else if (Width > 4) return x; x = Context > 2 ? x + 1 : x; return x;")]
    [InlineData("for (int i = 3; i > 0; i -= 2) x = x / i + W_(i); return x;")]
    [InlineData("const int n = Width / 2; int m = n; m += 2; m++; float f = m; f /= 2; return x * f - x * n * Inner.Half;")]
    public void Code_AroundTheGraph_TrainsAsEager(string body, bool legal = true)
    {
        string source = Source(body, """
            public Parameter W { get; } = new(Width, Width); public Pair Inner { get; } = new(Width); public Pair Other { get; } = new(width: Width, half: 0.25);
            static Tensor<float> Apply(Pair pair, Tensor<float> x) => pair.Choose(x, false).Left;
            Tensor<float> W_(int i) { if (i > 2) return Nn.Mean(W) * i; return Nn.Sum(W * W); }
            """, modules: """
            [Module]
            public sealed class Pair(int width, double half = 0.5)
            {
                public readonly long Scale = width * 2L;
                public float Half => (float)half;
                public Parameter V { get; } = new(width, width);

                public (Tensor<float> Left, Tensor<float> Right) Choose(Tensor<float> x, bool isFirst)
                {
                    if (isFirst)
                        return (x * (float)half, Nn.MatMul(x, V));
                    var (a, b) = (Left: x * Half, Nn.MatMul(x, V));
                    return (b, a / width);
                }
            }

            public static class Odds
            {
                public static (Tensor<float> Sum, Tensor<float> Product, Tensor<float> Third) Three(Tensor<float> x, Tensor<float> w, float factor = 3) => (x + Nn.MatMul(x, w), x * factor, x);

                public static (Tensor<float> Sum, Tensor<float> Product, Tensor<float> Third) Three(Tensor<float> x) => (x + x, x * x, x);
            }
            """);
        if (legal)
            OddModelCheck.Holds(source, (8, 4));
        else
            Diagnosed(source, "CS");
    }

    [Theory]
    [InlineData("", "", "internal partial class Global")]
    [InlineData("namespace A.B; ", "", "internal sealed partial class Named")]
    [InlineData("namespace A { namespace B.C {", "} }", "public partial class Named")]
    [InlineData("namespace @namespace.@class; ", "", "internal partial class @event")]
    [InlineData("namespace Системы.日本; ", "", "internal partial class Модель")]
    public void Model_NamedOrPlacedOddly_TrainsAsEager(string header, string footer, string model) => OddModelCheck.Holds(NamedModel.Source(header, footer, model.Replace("public", "internal")), (4, 2));

    [Theory]
    [InlineData("@in", "@out", "@float", "@for", "@int", "@Class")]
    [InlineData("output", "model", "visitor", "block", "Output", "Model")]
    [InlineData("model", "output", "microBatch", "segments", "MicroBatch", "Expert")]
    [InlineData("rows", "expert", "model", "microBatch", "Microbatch", "Segments")]
    [InlineData("rows", "first", "segments", "expert", "Rows", "First")]
    [InlineData("loss", "auxiliary", "rank", "rows", "Loss", "Segments")]
    [InlineData("Kernels", "World", "Routed", "experts", "World", "Experts")]
    [InlineData("x", "y", "stages", "stagesLayersExperts", "Kernels", "Experts")]
    [InlineData("данные", "目標", "größe", "ñ", "Ω", "Эксперты")]
    [InlineData("_", "__", "_x", "_1", "_W", "_Experts")]
    [InlineData("options", "value", "field", "var", "Record", "Async")]
    [InlineData("i", "j", "sum", "product", "Table", "Layers2")]
    [InlineData("d_x", "input0", "embedded", "i", "Router2", "Stages2")]
    public void Names_OfInputsLocalsAndMembers_NeverCollide(string tokens, string targets, string local, string variable, string member, string group) =>
        OddModelCheck.Holds(NamedModel.Source("namespace Names;", "", "internal partial class Named", tokens, targets, local, variable, member, group), (4, 2));

    [Theory]
    [InlineData("return Nn.Mean(x);", "", "SHW1010")]
    [InlineData("return Nn.MatMul(Table, Head);", "", "SHW1010")]
    [InlineData("return x * Full;", "public Parameter Full { get; } = new(Batch, Context, Width);", "SHW2003")]
    [InlineData("return x + Nn.Reshape(Nn.Split(Nn.Reshape(x, Batch, Context * Width), Width).Item1, Batch, 1, Width);", "", "SHW1010")]
    [InlineData("var h = Nn.Reshape(x, Batch * Context, Width); return Nn.Reshape(h, 1, Batch * Context, Width);", "", "SHW2003")]
    [InlineData("return Nn.Transpose(Nn.Reshape(x, Batch * Context, Width));", "", "SHW2003")]
    [InlineData("var s = 1f; foreach (var layer in Layers) { x = layer.Forward(x) * s; s = s * 0.5f; } return x;", Layers, "SHW1012")]
    [InlineData("int n = 0; foreach (var layer in Layers) { x = layer.Forward(x); n++; } return x * n;", Layers, "SHW1012")]
    [InlineData("var pair = (x, x); foreach (var layer in Layers) pair = (pair.Item2, layer.Forward(pair.Item1)); return pair.Item1;", Layers, "SHW1012")]
    [InlineData("foreach (var layer in Layers) x = Nn.Concat(x, layer.Forward(x)); return x;", Layers, "SHW1012")]
    [InlineData("foreach (var layer in Layers) foreach (var again in Layers) x = again.Forward(x); return x;", Layers, "SHW1011")]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(Experts.Forward(x, Nn.MatMul(x, Router))); return x;", Layers + Group, "SHW1011")]
    [InlineData("return Experts.Forward(Experts.Forward(x, Nn.MatMul(x, Router)), Nn.MatMul(x, Router));", Group, "SHW1011")]
    [InlineData("return Experts.Forward(x, Nn.MatMul(x, Head));", Group, "SHW1010")]
    [InlineData("return x + Nn.Split(x, 4).Item1;", "", "SHW1010")]
    [InlineData("return x * (1 / 0);", "", "CS0020")]
    [InlineData("return x * (1 / (Context - 3));", "", "CS0020")]
    [InlineData("foreach (var layer in Layers) return layer.Forward(x); return x;", Layers, "SHW1011")]
    [InlineData("return Nn.MatMul(x, x);", "", "SHW1010")]
    [InlineData("return Nn.MatMul(Square, x);", "public Parameter Square { get; } = new(Width, Width);", "SHW1010")]
    [InlineData("return x;", "public ExpertGroup<Expert> None { get; } = new(2, 3, () => new(Width));", "SHW5001")]
    [InlineData("return x;", "public Repeated<Layer> None { get; } = new(0, () => new(Width));", "SHW1010")]
    [InlineData("return x;", "public Parameter None { get; } = new(0, Width);", "SHW1010")]
    public void Body_ThatNoProgramFits_IsDiagnosed(string body, string members, string rule) => Diagnosed(Source(body, members), rule);

    [Theory]
    [InlineData("foreach (var layer in Layers) x = layer.Forward(x); return x;", "SHW1011")]
    [InlineData("return x * Nn.Mean(x);", "SHW1013")]
    [InlineData("return Nn.CausalAttention(x, x, x, 2);", "SHW1013")]
    [InlineData("return Nn.Transpose(x);", "SHW2003")]
    [InlineData("return Nn.Reshape(x, 24, 2);", "SHW1010")]
    [InlineData("return Nn.MatMul(x, Nn.Transpose(x));", "SHW2003")]
    [InlineData("return W;", "SHW1010")]
    [InlineData("return x + Full;", "SHW1010")]
    public void Expert_ThatMixesRows_IsDiagnosed(string body, string rule) => Diagnosed(Source("return Experts.Forward(x, Nn.MatMul(x, Router));",
        "public Parameter Router { get; } = new(Width, 4); public ExpertGroup<Odd> Experts { get; } = new(4, 2, () => new());", modules: $$"""
        [Module]
        public sealed class Odd : IExpert
        {
            public Repeated<Layer> Layers { get; } = new(2, () => new(4));
            public Parameter W { get; } = new(4, 4);
            public Parameter Full { get; } = new(48, 4);
            public Tensor<float> Forward(Tensor<float> x) { {{body}} }
        }
        """), rule);

    [Theory]
    [InlineData("Nn.Sum(y * y)", "[Frozen] ", "SHW1014")]
    [InlineData("y", "", "SHW1014")]
    [InlineData("Nn.CrossEntropy(y, targets, Nn.Mean(y) * weights)", "", "SHW1010")]
    [InlineData("Nn.CrossEntropy(y, targets, weights) + Nn.CrossEntropy(y, targets, y)", "", "SHW1010")]
    public void Loss_ThatCannotBeTrained_IsDiagnosed(string loss, string table, string rule) =>
        Diagnosed(Source("return x;", loss: loss, weighted: true).Replace("public Parameter Table", table + "public Parameter Table"), rule);

    private static void Diagnosed(string source, params string[] rules)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => ModelAssembly.Compile(source));
        Assert.DoesNotContain("SHW0002", failure.Message);
        Assert.True(rules.Any(failure.Message.Contains), failure.Message);
    }
}
