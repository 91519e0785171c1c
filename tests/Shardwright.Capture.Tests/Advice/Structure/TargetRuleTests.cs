using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Advice.Structure;

public sealed class TargetRuleTests
{
    const string Auto = "[Experts(Dispatch = Dispatch.Auto)]\n    ";

    static string Dense(string attributes, int batch = 8, string width = "1024", string members = "") => $$"""
        {{attributes}}
        public sealed partial class Wide
        {
            public const int Batch = {{batch}}, Context = 64, Width = {{width}};
            {{members}}public Parameter W { get; } = new(Width, Width);
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Context), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Nn.MatMul(x, W);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        """;

    [Fact]
    public Task AllToAllV_InsideAnInstanceOfTrainium2_BecomesAuto() => AdviceVerify.FixGives("SHW6001", Sparse.Model(group: Sparse.Marked("SHW6001")), Sparse.Model(group: Sparse.Plain(Auto)));

    [Theory]
    [InlineData("", Auto)]
    [InlineData("", "[Experts(Dispatch = Dispatch.Padded)] ")]
    [InlineData("build_property.ShardwrightTarget = dgx-h100", "")]
    [InlineData("build_property.ShardwrightTarget = trn3.ultraserver64", "")]
    [InlineData("build_property.ShardwrightMesh = data=1 expert=1", "")]
    public Task AllToAllV_WhereTheTargetHasIt_OrWhichNobodyAsksFor_IsLegal(string config, string attributes) => AdviceVerify.Reports("SHW6001", Sparse.Model(group: Sparse.Plain(attributes)), config);

    [Fact]
    public Task ThreeKindsOfGroups_AreOverALimitOfTwo() => AdviceVerify.Reports("SHW6002", Sparse.Model("[Model, {|#0:Mesh(Data = 8, Expert = 4)|}]"), "SHW6002.most_communicators = 2", new DiagnosticResult("SHW6002").WithLocation(0).WithMessage(
        "The program of Tiny has 3 communicators; a Neuron program has at most 2 on trn2.48xlarge: World, ExpertPeers, ExpertReplicas. Use a mesh with fewer kinds of groups, such as Expert = 1 or Expert = Data"));

    [Theory]
    [InlineData("[Model, Mesh(Data = 8, Expert = 4)]", "")]
    [InlineData("[Model, Mesh(Data = 8, Expert = 8)]", "SHW6002.most_communicators = 1")]
    [InlineData("[Model, Mesh(Data = 8, Expert = 4)]", "SHW6002.most_communicators = 2\nbuild_property.ShardwrightTarget = dgx-h100")]
    public Task GroupsWithinTheLimit_AreNot(string attributes, string config) => AdviceVerify.Reports("SHW6002", Sparse.Model(attributes), config);

    [Theory]
    [InlineData("Float8E4M3Fn", "Float8E4M3", "trn2.48xlarge")]
    [InlineData("Float8E4M3Fn", "Float8E4M3", "trn1.32xlarge")]
    [InlineData("Float8E4M3", "Float8E4M3Fn", "dgx-h100")]
    [InlineData("Float8E5M2", "BFloat16", "dgx-a100")]
    public Task FormatThatTheTargetLacks_BecomesTheNearestThatItHas(string format, string instead, string target) => AdviceVerify.FixGives("SHW6003",
        Dense($"[Model, {{|SHW6003:Precision(NumberFormat.{format}, Stochastic = true)|}}]"), Dense($"[Model, Precision(NumberFormat.{instead}, Stochastic = true)]"), $"build_property.ShardwrightTarget = {target}");

    [Fact]
    public Task FormatOfAParameter_IsReportedAtItsAttribute() => AdviceVerify.FixGives("SHW6003",
        Dense("[Model]", members: "[{|SHW6003:Precision(NumberFormat.Float8E4M3Fn)|}] "), Dense("[Model]", members: "[Precision(NumberFormat.Float8E4M3)] "));

    [Theory]
    [InlineData("Float8E4M3", "trn2.48xlarge")]
    [InlineData("Float8E5M2", "trn2.48xlarge")]
    [InlineData("Float8E4M3Fn", "trn3.ultraserver64")]
    [InlineData("Float8E4M3Fn", "dgx-h100")]
    [InlineData("BFloat16", "dgx-a100")]
    public Task FormatThatTheTargetHas_IsNotReported(string format, string target) => AdviceVerify.Reports("SHW6003", Dense($"[Model, Precision(NumberFormat.{format})]"), $"build_property.ShardwrightTarget = {target}");

    [Fact]
    public Task FormatOfABuildProperty_IsReportedAtTheClass_WithoutFix() => AdviceVerify.FixGives("SHW6003",
        Dense("[Model]").Replace("class Wide", "class {|SHW6003:Wide|}", StringComparison.Ordinal), Dense("[Model]").Replace("class Wide", "class {|SHW6003:Wide|}", StringComparison.Ordinal), "build_property.ShardwrightPrecision = Float8E4M3Fn");

    [Fact]
    public Task RanksThatDoNotFillChips_TakeTheNextThatDo_AsPromised() => AdviceVerify.FixPays("SHW6004", Dense("[Model, {|SHW6004:Mesh(Data = 6)|}]", batch: 24, width: "2048"), Dense("[Model, Mesh(Data = 8)]", batch: 24, width: "2048"));

    [Fact]
    public Task RanksThatNoLargerMeshFills_HaveNoFix() => AdviceVerify.FixGives("SHW6004", Dense("[Model, {|SHW6004:Mesh(Data = 3)|}]", batch: 3), Dense("[Model, {|SHW6004:Mesh(Data = 3)|}]", batch: 3));

    [Theory]
    [InlineData("[Model]", "")]
    [InlineData("[Model, Mesh(Data = 1)]", "")]
    [InlineData("[Model, Mesh(Data = 4)]", "")]
    [InlineData("[Model, Mesh(Data = 4)]", "build_property.ShardwrightMesh = data=2")]
    [InlineData("[Model, Mesh(Data = 2)]", "build_property.ShardwrightTarget = trn1.32xlarge")]
    [InlineData("[Model, Mesh(Data = 2)]", "build_property.ShardwrightTarget = dgx-h100")]
    public Task FullChips_AndModelsWithoutMesh_AreLeftAlone(string attributes, string config) => AdviceVerify.Reports("SHW6004", Dense(attributes), config);

    [Fact]
    public Task ParameterOfMoreThan2To31Elements_IsReported() => AdviceVerify.Reports("SHW6006", Dense("[Model, Mesh(Data = 8)]", members: "{|SHW6006:public Parameter Extra { get; } = new(65536, 40000);|} "));

    [Fact]
    public Task ExpertsOfARank_CountTogether() => AdviceVerify.Reports("SHW6006",
        Sparse.Model("[Model, Mesh(Data = 8, Expert = 2)]").Replace("public Parameter Up { get; } = new(width, 128);", "{|SHW6006:public Parameter Up { get; } = new(width, 128);|}", StringComparison.Ordinal)
            .Replace("public Parameter Down { get; } = new(128, width);", "{|SHW6006:public Parameter Down { get; } = new(128, width);|}", StringComparison.Ordinal), "SHW6006.most_elements = 32767");

    [Theory]
    [InlineData("[Model, Mesh(Data = 8, Expert = 2)]", 32768)]
    [InlineData("[Model, Mesh(Data = 8, Expert = 8)]", 8192)]
    public Task ElementsWithinTheLimit_AreNotReported(string attributes, int most) => AdviceVerify.Reports("SHW6006", Sparse.Model(attributes, context: 16), $"SHW6006.most_elements = {most}");

    [Fact]
    public Task RowsThatAFloatCannotCount_AreReported() => AdviceVerify.Reports("SHW6006", Sparse.Model(group: Sparse.Marked("SHW6006")), "SHW6006.most_float32_rows = 127");

    [Theory]
    [InlineData("SHW6006.most_float32_rows = 128")]
    [InlineData("SHW6006.most_float32_rows = 127\nbuild_property.ShardwrightTarget = dgx-h100")]
    public Task RowsWithinTheLimit_AreNotReported(string config) => AdviceVerify.Reports("SHW6006", Sparse.Model(), config);
}
