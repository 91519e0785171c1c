namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class LoopInvariantCollectiveTests
{
    const string Rule = "SHW4007";

    static string Model(string loop, string block = "Nn.MatMul(x, Mix)", int data = 8) => $$"""
        [Model, Mesh(Data = {{data}})]
        public sealed partial class Looping
        {
            public const int Batch = 8, Context = 64, Width = 64, Layers = 4;
            public Repeated<Dense> Blocks { get; } = new(Layers, () => new(Width));
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x)
            {
                var y = x;
        {{loop}}
                return y;
            }
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }

        [Module]
        public sealed class Dense(int width)
        {
            public Parameter Mix { get; } = new(width, width);
            public Tensor<float> Forward(Tensor<float> x, Tensor<float> context) => {{block}};
        }
        """;

    [Fact]
    public Task MeanOfTheInput_IsTakenOnce_AsPromised() => AdviceVerify.FixPays(Rule,
        Model("""
                    foreach (var block in Blocks)
                    {
                        var scale = {|SHW4007:Nn.Mean(x)|};
                        y = block.Forward(y, x) * scale;
                    }
            """),
        Model("""
                    var scale = Nn.Mean(x);
                    foreach (var block in Blocks)
                    {
                        y = block.Forward(y, x) * scale;
                    }
            """));

    [Fact]
    public Task MeanOfWhatTheLoopChanges_IsAnotherEachTime() => AdviceVerify.Reports(Rule, Model("""
                foreach (var block in Blocks)
                {
                    var scale = Nn.Mean(y);
                    y = block.Forward(y, x) * scale;
                }
        """));

    [Fact]
    public Task OneRank_HasNothingToReduce() => AdviceVerify.Reports(Rule, Model("""
                foreach (var block in Blocks)
                {
                    var scale = Nn.Mean(x);
                    y = block.Forward(y, x) * scale;
                }
        """, data: 1));

    [Fact]
    public async Task MeanInsideAModule_IsFoundAndLeftToTheAuthor()
    {
        string source = Model("""
                foreach (var block in Blocks)
                    y = block.Forward(y, x);
            """, "Nn.MatMul(x, Mix) * {|SHW4007:Nn.Mean(context)|}");
        await AdviceVerify.Reports(Rule, source);

        var finding = AdviceVerify.Compile(source).Findings.Single(f => f.Rule.Id == Rule);
        Assert.Contains("Compute it in front of the loop and hand it in", finding.Message, StringComparison.Ordinal);
        Assert.Empty(finding.Fixes);
    }

    [Fact]
    public void NameThatTheMethodDeclaresTwice_DoesNotMove()
    {
        var finding = AdviceVerify.Compile(Model("""
                foreach (var block in Blocks)
                {
                    var scale = Nn.Mean(x);
                    y = block.Forward(y, x) * scale;
                }
                foreach (var block in Blocks)
                {
                    var scale = y * 2f;
                    y = block.Forward(y, x) + scale;
                }
            """)).Findings.Single(f => f.Rule.Id == Rule);

        Assert.Empty(finding.Fixes);
    }

    [Fact]
    public Task SavingUnderTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Model("""
                foreach (var block in Blocks)
                {
                    var scale = Nn.Mean(x);
                    y = block.Forward(y, x) * scale;
                }
        """), "SHW4007.least_saving_percent = 60");
}
