using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Advice.Structure;

public sealed class RoutingRuleTests
{
    const string H100 = "build_property.ShardwrightTarget = dgx-h100", BFloat16 = "[Model, Mesh(Data = 8, Expert = 8), Precision(NumberFormat.BFloat16)]", Adaptive = "[Experts(Placement = Placement.Adaptive)] ";

    [Fact]
    public Task ManyExpertsWithoutBalance_GetTheUsualBalanceLoss() => AdviceVerify.FixGives("SHW5003",
        Sparse.Model(experts: 16, group: Sparse.Marked("SHW5003")), Sparse.Model(experts: 16, group: Sparse.Plain(end: " { BalanceLoss = 0.01f };")));

    [Fact]
    public Task RouterZLoss_BalancesNothing() => AdviceVerify.FixGives("SHW5003",
        Sparse.Model(experts: 16, group: Sparse.Marked("SHW5003", end: " { RouterZLoss = 1e-3f };")), Sparse.Model(experts: 16, group: Sparse.Plain(end: " { RouterZLoss = 1e-3f, BalanceLoss = 0.01f };")));

    [Theory]
    [InlineData(8, ";")]
    [InlineData(16, " { BalanceLoss = 0.02f };")]
    [InlineData(16, " { BalanceLoss = 0 };")]
    [InlineData(16, " { BiasRate = 1e-3f };")]
    [InlineData(16, " { QuantileBalancing = true };")]
    [InlineData(16, " { SinkhornIterations = 8 };")]
    public Task FewExperts_OrADecision_AreLeftAlone(int experts, string end) => AdviceVerify.Reports("SHW5003", Sparse.Model(experts: experts, group: Sparse.Plain(end: end)));

    [Fact]
    public Task FrozenGroup_NeedsNoBalance() => AdviceVerify.Reports("SHW5003", Sparse.Model(experts: 16, group: Sparse.Plain("[Frozen] ")));

    [Fact]
    public Task Threshold_MovesTheNumberOfExperts() => AdviceVerify.Reports("SHW5003", Sparse.Model(experts: 16, group: Sparse.Plain()), "SHW5003.most_experts = 16");

    [Fact]
    public Task ReplicasOfAFewRows_AreTakenBack() => AdviceVerify.FixGives("SHW5004", Sparse.Model(BFloat16, Sparse.Marked("SHW5004", Adaptive)), Sparse.Model(BFloat16, Sparse.Plain("[Experts(Placement = Placement.Static)] ")), H100);

    [Fact]
    public Task MessageOfReplicas_HasTheWorkedExample() => AdviceVerify.Reports("SHW5004", Sparse.Model(BFloat16, Sparse.Marked("#0", Adaptive), batch: 8, context: 256), H100, new DiagnosticResult("SHW5004").WithLocation(0).WithMessage(
        "'Layer.Group' may replicate hot experts, but an expert gets 512 rows of a micro-batch at even load, so one with 3 times as many has 1,024 to hand over; sending its weights pays from 2,198 rows on "
        + "(2 B a weight ÷ 2 · 989 TFLOP/s of a rank ÷ 450 GB/s of its links, on dgx-h100). Keep Placement.Static, or give a rank more tokens"));

    [Theory]
    [InlineData(1024, "")]
    [InlineData(256, "\nSHW5004.skew = 6")]
    public Task ReplicasOfEnoughRows_AreLeftAlone(int context, string threshold) => AdviceVerify.Reports("SHW5004", Sparse.Model(BFloat16, Sparse.Plain(Adaptive), context: context), H100 + threshold);

    const string LetIn = "[Experts(Placement = Placement.Adaptive, LeastTokens = 1)] ";

    /// <summary>Where the user lets replicas in, the layer is timed: a few small products are no gain, many are, far below q*.</summary>
    [Fact]
    public Task ReplicasThatAreLetIn_AndCostMoreThanTheySave_AreTakenBack() =>
        AdviceVerify.FixGives("SHW5004", Sparse.Model(BFloat16, Sparse.Marked("SHW5004", LetIn)), Sparse.Model(BFloat16, Sparse.Plain("[Experts(Placement = Placement.Static, LeastTokens = 1)] ")), H100);

    [Theory]
    [InlineData("")]
    [InlineData(", Order = SumOrder.Invariant")]
    public Task ReplicasThatAreLetIn_AndPay_AreLeftAlone(string order) =>
        AdviceVerify.Reports("SHW5004", Sparse.Model(BFloat16, Sparse.Plain(LetIn.Replace(")]", $"{order})]", StringComparison.Ordinal)), batch: 64, context: 256, width: 256, hidden: 1024), "build_property.ShardwrightTarget = trn2.48xlarge");

    [Fact]
    public Task StaticPlacement_HasNoReplicas() => AdviceVerify.Reports("SHW5004", Sparse.Model(BFloat16), H100);

    [Fact]
    public Task ExpertsOfOneRank_HaveNoLinks() => AdviceVerify.Reports("SHW5004", Sparse.Model("[Model, Mesh(Data = 8)]", Sparse.Plain(Adaptive)), H100);

    [Theory]
    [InlineData("Adaptive")]
    [InlineData("Exact")]
    [InlineData("Auto")]
    public Task ExpertsWithABias_SayThatTheyStayAtHome(string placement) => AdviceVerify.Reports("SHW5005", Biased(Sparse.Marked("SHW5005", $"[Experts(Placement = Placement.{placement}, LeastTokens = 1)] ")));

    [Fact]
    public Task MessageOfABias_HasStatementAndRows() => AdviceVerify.Reports("SHW5005", Biased(Sparse.Marked("#0", "[Experts(Placement = Placement.Exact)] ")), "", new DiagnosticResult("SHW5005").WithLocation(0).WithMessage(
        "'Layer.Group' has Placement.Exact, but no expert is replicated: they run one by one, because 'sum' has no form for all experts of a rank at once. A rank receives up to 512 rows in a layer instead of 128. Leave it out of the expert, or say Placement.Static"));

    [Fact]
    public Task StochasticRounding_SaysThatExpertsStayAtHome() => AdviceVerify.Reports("SHW5005",
        Sparse.Model("[Model, Mesh(Data = 8, Expert = 8), Precision(NumberFormat.BFloat16, Stochastic = true)]", Sparse.Marked("SHW5005", "[Experts(Placement = Placement.Exact)] ")));

    [Theory]
    [InlineData("Static", "[Model, Mesh(Data = 8, Expert = 8)]")]
    [InlineData("Exact", "[Model, Mesh(Data = 8)]")]
    public Task NothingToReplicate_IsLeftAlone(string placement, string attributes) => AdviceVerify.Reports("SHW5005", Biased(Sparse.Plain($"[Experts(Placement = Placement.{placement})] "), attributes));

    [Fact]
    public Task ExpertsOfOneGroup_AreReplicated() => AdviceVerify.Reports("SHW5005", Sparse.Model(group: Sparse.Plain("[Experts(Placement = Placement.Exact)] ")));

    [Theory]
    [InlineData("Chunks = 4, Dispatch = Dispatch.Gathered", 16, "rows do not travel in 4 parts: an all-gather brings all of them at once (Dispatch.Gathered)")]
    [InlineData("Chunks = 4, Dispatch = Dispatch.Once", 16, "rows do not travel in 4 parts: a token that travels once to a rank comes for all its experts there (Dispatch.Once)")]
    [InlineData("Chunks = 2", 8, "rows do not travel in 2 parts: a rank has one expert, and a part is of whole experts")]
    public async Task PartsThatCannotBe_AreTakenBack(string arguments, int experts, string reason)
    {
        await AdviceVerify.FixGives("SHW5006", Model(Sparse.Marked("SHW5006", $"[Experts({arguments})] ")), Model(Sparse.Plain($"[Experts(Chunks = 1{arguments[10..]})] ")));
        await AdviceVerify.Reports("SHW5006", Model(Sparse.Marked("#0", $"[Experts({arguments})] ")), "", new DiagnosticResult("SHW5006").WithLocation(0).WithMessage($"'Layer.Group': {reason}"));

        string Model(string group) => Sparse.Model(group: group, experts: experts);
    }

    [Fact]
    public Task PartsOfExpertsWithABias_NameTheStatement() => AdviceVerify.Reports("SHW5006", Biased(Sparse.Marked("#0", "[Experts(Chunks = 2)] "), experts: 16), "", new DiagnosticResult("SHW5006").WithLocation(0).WithMessage(
        "'Layer.Group': rows do not travel in 2 parts: experts run one by one, because 'sum' has no form for all experts of a rank at once"));

    [Fact]
    public Task OneExpertAToken_TravelsOnceAnyway() => AdviceVerify.FixGives("SHW5006",
        Sparse.Model(group: Sparse.Marked("SHW5006", "[Experts(Dispatch = Dispatch.Once)] ").Replace("EXPERTS, 2,", "EXPERTS, 1,", StringComparison.Ordinal)),
        Sparse.Model(group: Sparse.Plain("[Experts(Dispatch = Dispatch.Variable)] ").Replace("EXPERTS, 2,", "EXPERTS, 1,", StringComparison.Ordinal)));

    [Theory]
    [InlineData("[Experts(Chunks = 2)] ")]
    [InlineData("[Experts(Chunks = 0, Dispatch = Dispatch.Gathered)] ")]
    [InlineData("[Experts(Dispatch = Dispatch.Once)] ")]
    public Task PartsAndTokensOnce_WhereTheyCanBe_AreLeftAlone(string attributes) => AdviceVerify.Reports("SHW5006", Sparse.Model(group: Sparse.Plain(attributes), experts: 16));

    static string Biased(string group, string attributes = "[Model, Mesh(Data = 8, Expert = 8)]", int experts = 8) => Sparse.Model(attributes, group, experts)
        .Replace("Nn.Silu(Nn.MatMul(x, Up))", "Nn.Silu(Nn.MatMul(x, Up) + Bias)", StringComparison.Ordinal)
        .Replace("public Parameter Down", "public Parameter Bias { get; } = new(128); public Parameter Down", StringComparison.Ordinal);
}
