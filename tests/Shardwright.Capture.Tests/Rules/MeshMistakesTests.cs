using Shardwright.Analyzers;
using Shardwright.Capture.Tests.Harness;
using Shardwright.CodeFixes;

namespace Shardwright.Capture.Tests.Rules;

/// <summary>Sizes that a mesh does not divide (SHW2001), an Expert that does not divide Data (SHW2002), more experts a token than there are (SHW5001), router settings out of range (SHW5002): what is reported, and the fixes.</summary>
public sealed class MeshMistakesTests
{
    static string Dense(string mesh, string batch, string input, string loss = "Tensor<float> x") => $$"""
        [Model, {{mesh}}]
        public sealed partial class A
        {
            public const int Batch = {{batch}}, Width = 4;
            public Parameter W { get; } = new(4);
            public Tensor<float> Forward({{input}}) => x + W;
            public Tensor<float> Loss({{loss}}) => Nn.Mean(Forward(x));
        }
        """;

    const string Input = "[Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x", Reported = "{|SHW2001:" + Input + "|}";

    static string Sparse(string mesh, string group, string members = "", string declare = "public const int Experts = 6, TopK = 2;") => $$"""
        {{mesh}}
        public sealed partial class A
        {
            public const int Batch = 8, Width = 4;
            public Block Block { get; } = new(Settings.Experts);
            {{members}}
            public Tensor<float> Forward([Shape(nameof(Batch), nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x) => Block.Forward(x);
            public Tensor<float> Loss(Tensor<float> x) => Nn.Mean(Forward(x));
        }
        static class Settings { {{declare}} }
        [Module]
        public sealed class Block(int experts)
        {
            public Parameter Router { get; } = new(4, experts);
            {{group}}
            public Tensor<float> Forward(Tensor<float> x) => Group.Forward(x, Nn.MatMul(x, Router));
        }
        [Module]
        public sealed class Expert : IExpert
        {
            public Parameter W { get; } = new(4, 4);
            public Tensor<float> Forward(Tensor<float> x) => Nn.MatMul(x, W);
        }
        """;

    const string Group = "public ExpertGroup<Expert> Group { get; } = new(experts, Settings.TopK, () => new());";

    static Task Fix(string before, string after, int number = 0) => new CSharpCodeFixTest<ModelAnalyzer, SuggestedFix> { TestCode = before, FixedCode = after, ActionIndex = number }.RunAsync();

    [Fact]
    public Task Batch_IsRoundedUpToAMultipleOfData() => Fix(Dense("Mesh(Data = 4)", "6", Reported), Dense("Mesh(Data = 4)", "8", Input));

    [Fact]
    public Task Batch_ThatStandsInEveryInput_IsRoundedInAll() => Fix(
        Dense("Mesh(Data = 4)", "1", "{|SHW2001:[Shape(\"6\", nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x|}", "{|SHW2001:[Shape(\"6\"), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> y|}, Tensor<float> x"),
        Dense("Mesh(Data = 4)", "1", "[Shape(\"8\", nameof(Width)), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> x", "[Shape(\"8\"), Shard(MeshAxis.Data, Dimension = 0)] Tensor<float> y, Tensor<float> x"));

    [Fact]
    public Task Mesh_BecomesTheNearestThatDividesTheBatch() => Fix(Dense("Mesh(Data = 4)", "6", Reported), Dense("Mesh(Data = 3)", "6", Input), number: 1);

    [Fact]
    public Task ComputedBatch_LeavesTheMeshAlone() => Fix(Dense("Mesh(Data = 4)", "2 * 3", Reported), Dense("Mesh(Data = 3)", "2 * 3", Input));

    [Fact]
    public Task MessageOfTheBatch_NamesTheNextSizesAndTheNearestMesh() => Verify.Source(Dense("Mesh(Data = 4)", "6", "{|#0:" + Input + "|}"), new DiagnosticResult("SHW2001").WithLocation(0).WithMessage(
        "input 'x': dimension 0 ('Batch') is 6, which Data = 4 does not divide; use a multiple of 4, 4 or 8, or [Mesh(Data = 3)]"));

    [Fact]
    public Task MeshOfABuildProperty_IsNotForTheAttributeToChange() => new CSharpCodeFixTest<ModelAnalyzer, SuggestedFix>
    {
        TestCode = Dense("Mesh(Data = 3)", "2 * 3", Reported),
        FixedCode = Dense("Mesh(Data = 3)", "2 * 3", Reported),
        Config = "build_property.ShardwrightMesh = data=4",
    }.RunAsync();

    [Theory]
    [InlineData("data=8 expert=3", "ShardwrightMesh=\"data=8 expert=3\": expert")]
    [InlineData("expert=3", "ShardwrightMesh=\"data=4 expert=3\" (what the property leaves out, [Mesh] says): expert")]
    public Task MessageOfABuildPropertysMesh_NamesTheProperty(string mesh, string start)
    {
        int data = mesh == "expert=3" ? 4 : 8;
        var test = new CSharpAnalyzerTest<ModelAnalyzer> { TestCode = Dense("{|#0:Mesh(Data = 4)|}", "8", Input), Config = $"build_property.ShardwrightMesh = {mesh}" };
        test.ExpectedDiagnostics.Add(new DiagnosticResult("SHW2002").WithLocation(0).WithMessage(
            $"{start} parallelism divides the data ranks, it does not multiply them; need Data to be a multiple of Expert, such as Data = {(data == 4 ? "3 or 6" : "6 or 9")}, or Expert = 2 or 4"));
        return test.RunAsync();
    }

    [Fact]
    public Task MessageOfABatchAndABuildProperty_NamesTheProperty()
    {
        var test = new CSharpAnalyzerTest<ModelAnalyzer> { TestCode = Dense("Mesh(Data = 2)", "6", "{|#0:" + Input + "|}"), Config = "build_property.ShardwrightMesh = data=4" };
        test.ExpectedDiagnostics.Add(new DiagnosticResult("SHW2001").WithLocation(0).WithMessage(
            "input 'x': dimension 0 ('Batch') is 6, which Data = 4 (of ShardwrightMesh) does not divide; use a multiple of 4, 4 or 8, or another mesh"));
        return test.RunAsync();
    }

    [Fact]
    public Task Experts_AreRoundedUp_WhoeverPassesTheirNumber() => Fix(
        Sparse("[Model, Mesh(Data = 4, Expert = 4)]", "{|SHW2001:" + Group + "|}"), Sparse("[Model, Mesh(Data = 4, Expert = 4)]", Group, declare: "public const int Experts = 8, TopK = 2;"));

    [Fact]
    public Task Expert_BecomesTheNearestThatDividesTheExperts() => Fix(
        Sparse("[Model, Mesh(Data = 4, Expert = 4)]", "{|SHW2001:" + Group + "|}"), Sparse("[Model, Mesh(Data = 4, Expert = 2)]", Group), number: 1);

    [Fact]
    public Task Experts_OfTwoBlocks_HaveNoOnePlace() => Fix(
        Sparse("[Model, Mesh(Data = 4, Expert = 4)]", "{|SHW2001:" + Group + "|}", "public Block Other { get; } = new(8);"), Sparse("[Model, Mesh(Data = 4, Expert = 2)]", Group, "public Block Other { get; } = new(8);"));

    [Fact]
    public Task ExpertThatDoesNotDivideData_BecomesTheNearestThatDoes() => Fix(
        Dense("{|SHW2002:Mesh(Data = 4, Expert = 3)|}", "8", Input), Dense("Mesh(Data = 4, Expert = 4)", "8", Input));

    [Fact]
    public Task MessageOfExpert_NamesTheNextSizes() => Verify.Source(Dense("{|#0:Mesh(Data = 8, Expert = 3)|}", "8", Input), new DiagnosticResult("SHW2002").WithLocation(0).WithMessage(
        "[Mesh(Data = 8, Expert = 3)]: expert parallelism divides the data ranks, it does not multiply them; need Data to be a multiple of Expert, such as Data = 6 or 9, or Expert = 2 or 4"));

    [Fact]
    public Task TopKAboveExperts_IsReportedAtItsArgument_AndLowered() => Fix(
        Sparse("[Model]", Group.Replace("Settings.TopK", "{|SHW5001:Settings.TopK|}", StringComparison.Ordinal), declare: "public const int Experts = 6, TopK = 7;"),
        Sparse("[Model]", Group, declare: "public const int Experts = 6, TopK = 6;"));

    [Fact]
    public Task TopKOfAllExperts_IsLegal() => Verify.Source(Sparse("[Model]", Group, declare: "public const int Experts = 6, TopK = 6;"));

    [Fact]
    public Task MessageOfTopK_NamesBothNumbers() => Verify.Source(Sparse("[Model]", Group.Replace("Settings.TopK", "{|#0:Settings.TopK|}", StringComparison.Ordinal), declare: "public const int Experts = 6, TopK = 7;"),
        new DiagnosticResult("SHW5001").WithLocation(0).WithMessage("'Block.Group': every token goes to topK = 7 different experts, but there are 6; need 1 ≤ topK ≤ count, 6 at most"));

    [Fact]
    public Task RouterSetting_IsReportedAtItsValue() => Verify.Source(Sparse("[Model]", Group[..^1] + " { Score = RouterScore.Sigmoid, RouterGroups = {|#0:Settings.TopK * 2|} };"),
        new DiagnosticResult("SHW5002").WithLocation(0).WithMessage("'Block.Group': RouterGroups is 4 for 6 experts; need a number that divides them"));

    [Fact]
    public Task KeptGroups_OfTooFewExperts_AreReportedAtTheirValue_WhateverTheOrder() => Verify.Source(
        Sparse("[Model]", Group[..^1] + " { KeptGroups = 1, RouterGroups = {|#0:6|} };"),
        new DiagnosticResult("SHW5002").WithLocation(0).WithMessage("'Block.Group': KeptGroups is 1 of 6 groups of 1 experts, but every token goes to topK = 2 experts; need groups that hold at least as many"));

    [Fact]
    public Task RouterSettings_ThatDoNotGoTogether_AreReportedAtTheOther_WhateverTheOrder() => Verify.Source(
        Sparse("[Model]", Group[..^1] + " { BiasRate = {|#0:1e-3f|}, QuantileBalancing = true };"),
        new DiagnosticResult("SHW5002").WithLocation(0).WithMessage("'Block.Group': QuantileBalancing and BiasRate both even out the load; take one of them"));

    [Fact]
    public Task RouterSettings_ThatFit_AreLegal() => Verify.Source(Sparse("[Model]",
        Group[..^1] + " { Score = RouterScore.SqrtSoftplus, Renormalize = false, GateScale = 2.5f, RouterGroups = 3, KeptGroups = 2, BiasRate = 1e-3f };"));
}
