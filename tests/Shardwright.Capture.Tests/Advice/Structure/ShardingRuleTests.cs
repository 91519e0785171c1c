using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Advice.Structure;

public sealed class ShardingRuleTests
{
    const string Gathered = "[Experts(Dispatch = Dispatch.Gathered)] ";

    static string Model(string attributes, string loss, string members = "", int batch = 8, int context = 16) => $$"""
        {{attributes}}
        public sealed partial class Tiny
        {
            public const int Batch = {{batch}}, Context = {{context}}, Width = 8;
            {{members}}public Parameter W { get; } = new(Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => x * W;
            public Tensor<float> Loss(Tensor<float> x) => {{loss}};
        }
        """;

    [Theory]
    [InlineData("{|SHW2005:Nn.Exp(Nn.Mean(Forward(x)))|}")]
    [InlineData("{|SHW2005:Nn.Exp(Nn.Mean(Forward(x)) * 2f + 1f)|}")]
    [InlineData("{|SHW2005:Nn.Mean(Forward(x)) / Nn.Sum(x)|}")]
    [InlineData("{|SHW2005:Nn.Mean(Forward(x)) * Nn.Mean(x)|}")]
    public Task SumOverRanks_UsedNonlinearly_IsReportedThere(string loss) => AdviceVerify.Reports("SHW2005", Model("[Model, Mesh(Data = 8)]", loss));

    [Theory]
    [InlineData("Nn.Mean(Forward(x))")]
    [InlineData("Nn.Mean(Forward(x)) * 2f + 1f")]
    [InlineData("Nn.Mean(Nn.Exp(Forward(x))) + Nn.Sum(x)")]
    [InlineData("Nn.Mean(Forward(x) * Forward(x))")]
    public Task SumOverRanks_UsedLinearly_IsNot(string loss) => AdviceVerify.Reports("SHW2005", Model("[Model, Mesh(Data = 8)]", loss));

    [Fact]
    public Task SumOnOneRank_IsWhole() => AdviceVerify.Reports("SHW2005", Model("[Model]", "Nn.Exp(Nn.Mean(Forward(x)))"));

    [Fact]
    public void MessageOfASquaredMean_NamesTheCollectiveAndTheMeanOfSquares()
    {
        var (_, findings) = AdviceVerify.Compile(Model("[Model, Mesh(Data = 8)]", "Squared(Nn.Mean(Forward(x)))", "static Tensor<float> Squared(Tensor<float> m) => m * m; "));
        var finding = Assert.Single(findings, f => f.Rule.Id == "SHW2005");
        Assert.Contains("all-reduce of 4 B over World", finding.Message, StringComparison.Ordinal);
        Assert.Contains("square before Nn.Mean", finding.Message, StringComparison.Ordinal);
        Assert.Single(finding.Also);
    }

    static string Tied(string output, string attributes = "[Model, Mesh(Data = 8)]", string members = "") => $$"""
        {{attributes}}
        public sealed partial class Tied
        {
            public const int Batch = 8, Context = 64, Vocabulary = 1024, Width = 256;
            public Parameter Embedding { get; } = new(Vocabulary, Width);
            {{members}}
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> tokens) => {{output}};
            public Tensor<float> Loss(Tensor<int> tokens, [Shape(nameof(Batch), nameof(Context)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<int> targets) => Nn.CrossEntropy(Forward(tokens), targets);
        }
        """;

    [Fact]
    public Task TiedParameter_IsReducedOnceAUse() => AdviceVerify.Reports("SHW2006", Tied("{|SHW2006:Nn.MatMul({|SHW2006:Nn.Embed(tokens, Embedding)|}, Nn.Transpose(Embedding))|}"));

    [Fact]
    public Task ParameterWithOneUse_IsReducedWithAllOthers() => AdviceVerify.Reports("SHW2006", Tied("Nn.MatMul(Nn.Embed(tokens, Embedding), Output)", members: "public Parameter Output { get; } = new(Width, Vocabulary);"));

    [Theory]
    [InlineData("[Model]", "")]
    [InlineData("[Model, Mesh(Data = 8)]", "SHW2006.least_megabytes = 2\nSHW2006.least_percent = 90")]
    public Task SmallCollective_OrNone_IsNotReported(string attributes, string config) => AdviceVerify.Reports("SHW2006", Tied("Nn.MatMul(Nn.Embed(tokens, Embedding), Nn.Transpose(Embedding))", attributes), config);

    [Fact]
    public Task GatheredRows_OnATargetThatExchanges_BecomeAuto_AsPromised() => AdviceVerify.FixPays("SHW2007",
        Sparse.Model(group: Sparse.Marked("SHW2007", Gathered), context: 1024, width: 512), Sparse.Model(group: Sparse.Plain("[Experts(Dispatch = Dispatch.Auto)] "), context: 1024, width: 512));

    [Theory]
    [InlineData("[Experts(Dispatch = Dispatch.Padded)] ", "")]
    [InlineData(Gathered, "SHW2007.least_saving_percent = 99")]
    [InlineData(Gathered, "build_property.ShardwrightMesh = data=8 expert=1")]
    public Task OtherLowerings_OrLittleToSave_AreLeftAlone(string attributes, string config) => AdviceVerify.Reports("SHW2007", Sparse.Model(group: Sparse.Plain(attributes), context: 1024, width: 512), config);

    [Fact]
    public Task ParameterThatManyRanksHold_IsReported() => AdviceVerify.Reports("SHW2008", Model("[Model, Mesh(Data = 8)]", "Nn.Mean(Forward(x))", "{|#0:public Parameter Giant { get; } = new(8192, 8192);|} "), expected: new DiagnosticResult("SHW2008").WithLocation(0).WithMessage(
        "'Giant' [8192, 8192] takes 1 GiB of a rank with gradients and moments, 4.17 % of 24.0 GiB on trn2.48xlarge (uncalibrated), and 8 ranks hold the same. With gradients and moments split over them it would take 352 MiB"));

    [Theory]
    [InlineData("[Model, Mesh(Data = 4)]", "")]
    [InlineData("[Model, Mesh(Data = 8)]", "SHW2008.least_hbm_percent = 5")]
    [InlineData("[Model, Mesh(Data = 8)]", "SHW2008.least_ranks = 9")]
    public Task FewRanks_OrLittleMemory_AreNotReported(string attributes, string config) => AdviceVerify.Reports("SHW2008", Model(attributes, "Nn.Mean(Forward(x))", "public Parameter Giant { get; } = new(8192, 8192); "), config);

    [Fact]
    public Task TensorAxis_HasNoEffectYet_AndIsSaidOnceAClass() => AdviceVerify.Reports("SHW2009",
        Model("[Model]", "Nn.Mean(Forward(x))", "{|SHW2009:[Shard(MeshAxis.Tensor)] public Parameter V { get; } = new(Width);|} [Shard(MeshAxis.Tensor)] "));
}
