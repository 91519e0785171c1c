namespace Shardwright.Training.Tests.Gradients;

/// <summary>Gradients through expert groups, with every token's experts held fixed.</summary>
public sealed class ExpertGradientTests
{
    private const string Linear = "public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, W) + B;";

    [Theory]
    [InlineData(4, 1, "")]
    [InlineData(4, 2, "")]
    [InlineData(4, 4, "")]
    [InlineData(4, 2, "{ BalanceLoss = 0.5f }")]
    [InlineData(4, 2, "{ RouterZLoss = 0.25f }")]
    [InlineData(4, 3, "{ BalanceLoss = 0.5f, RouterZLoss = 0.25f }")]
    [InlineData(40, 2, "{ BalanceLoss = 0.5f, RouterZLoss = 0.25f }")] // most experts get nothing
    [InlineData(1, 1, "{ BalanceLoss = 0.5f, RouterZLoss = 0.25f }")]
    public void Gradient_Group_IsTheSlope(int experts, int topK, string settings) =>
        Check("return Experts.Forward(x, Nn.MatMul(x, Router));", experts, topK, settings, Linear);

    [Theory]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(Nn.Silu(Nn.MatMul(x, W)) * x, Nn.Transpose(W)) + x * B;")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => x;")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => x + Nn.Tanh(x);")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => Nn.RmsNorm(x, B);")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => Nn.LayerNorm(Nn.MatMul(x, W), B, B);")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => (x - B) / (x * x + 1f) + 1f / (B + 4f) * x;")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) { var (a, b) = Nn.Split(x, 2); return Nn.MatMul(Nn.Concat(Nn.Gelu(b), a), W); }")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => Nn.Softmax(x) * Nn.MatMul(x, Nn.Tanh(W));")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) => x * Nn.MatMul(x, C);")]
    [InlineData("public Tensor<float> Forward(Tensor<float> x) { for (int i = 0; i < 2; i++) x = x + Nn.Tanh(Nn.MatMul(x, W)); return x; }")]
    public void Gradient_ExpertMadeOfAnyRowWiseOps_IsTheSlope(string forward) =>
        Check("return x + Experts.Forward(x, Nn.MatMul(x, Router));", 4, 2, "{ BalanceLoss = 0.5f }", forward);

    [Fact]
    public void Gradient_FrozenRouterLogits_IsTheSlope() =>
        Check("return Experts.Forward(x, Nn.MatMul(x, Fixed));", 4, 2, "{ BalanceLoss = 0.5f, RouterZLoss = 0.25f }", Linear);

    [Fact]
    public void Gradient_RouterReadsAnotherTensor_IsTheSlope() =>
        Check("var h = Nn.Tanh(x); return h * Experts.Forward(x, Nn.MatMul(h, Router));", 4, 2, "{ BalanceLoss = 0.5f }", Linear);

    [Theory]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x); return x;", "public Repeated<Block> Blocks { get; } = new(3, () => new(Width));")]
    [InlineData("foreach (var stage in Stages) foreach (var block in stage.Blocks) x = block.Forward(x); return x;", "public Repeated<Stage> Stages { get; } = new(2, () => new(Width));")]
    [InlineData("foreach (var block in Blocks) x = block.Forward(x); return Other.Forward(Experts.Forward(x, Nn.MatMul(x, Router)));", "public Repeated<Block> Blocks { get; } = new(2, () => new(Width)); public Block Other { get; } = new(Width);")]
    public void Gradient_GroupsInLists_IsTheSlope(string body, string members) => TinyModel.AssertGradients(TinyModel.Source(
        body, members + Members(4, 1, "{ RouterZLoss = 0.1f }"), Expert(Linear) + """
            [Module]
            public sealed class Block(int width)
            {
                public Parameter Router { get; } = new(width, 4);
                [Experts] public ExpertGroup<Expert> Experts { get; } = new(4, 2, () => new(width)) { BalanceLoss = 0.5f, RouterZLoss = 0.25f };

                public Tensor<float> Forward(Tensor<float> x) => x + Experts.Forward(Nn.Tanh(x), Nn.MatMul(x, Router));
            }

            [Module]
            public sealed class Stage(int width)
            {
                public Repeated<Block> Blocks { get; } = new(2, () => new(width));
            }
            """));

    private static void Check(string body, int experts, int topK, string settings, string forward) => TinyModel.AssertGradients(TinyModel.Source(body, Members(experts, topK, settings), Expert(forward)));

    private static string Members(int experts, int topK, string settings) => $$"""
        public Parameter Router { get; } = new(Width, {{experts}});
        [Frozen] public Parameter Fixed { get; } = new(Width, {{experts}});
        [Experts] public ExpertGroup<Expert> Experts { get; } = new({{experts}}, {{topK}}, () => new(Width)) {{settings}};
        """;

    private static string Expert(string forward) => $$"""
        [Module]
        public sealed class Expert(int width) : IExpert
        {
            public Parameter W { get; } = new(width, width);
            public Parameter C { get; } = new(width, 1);
            public Parameter B { get; } = new(width);
            {{forward}}
        }
        """;
}
