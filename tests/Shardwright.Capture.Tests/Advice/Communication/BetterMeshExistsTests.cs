using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class BetterMeshExistsTests
{
    const string Rule = "SHW4008";

    static readonly SparseModels Plain = new();

    [Fact]
    public Task GroupsOverTwoChips_AreFasterOnOne_AsPromised() =>
        AdviceVerify.FixPays(Rule, (Plain with { Mesh = "{|SHW4008:Mesh(Data = 8, Expert = 8)|}" }).ToString(), (Plain with { Expert = 4 }).ToString());

    [Fact]
    public Task SavingUnderTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Plain.ToString(), "SHW4008.least_saving_percent = 20");

    [Fact]
    public Task TargetWithOneSwitch_HasLittleToChoose() => AdviceVerify.Reports(Rule, (Plain with { Width = 1024 }).ToString(), "build_property.ShardwrightTarget = dgx-h100");

    [Fact]
    public Task OneRank_HasOneMesh() => AdviceVerify.Reports(Rule, (Plain with { Data = 1, Expert = 1 }).ToString());

    [Fact]
    public async Task FasterMesh_ThatNoRankCanHold_IsNotProposed()
    {
        await AdviceVerify.Reports(Rule, (Plain with { Mesh = "{|SHW4008:Mesh(Data = 8, Expert = 8)|}" }).ToString(), "", Machine(104));
        await AdviceVerify.Reports(Rule, Plain.ToString(), "", Machine(98));
    }

    [Fact]
    public void MeshOfTheBuild_IsNamedAndNotEdited()
    {
        var finding = AdviceVerify.Compile((Plain with { Expert = 1 }).ToString(), "build_property.ShardwrightMesh = data=8 expert=8").Findings.Single(f => f.Rule.Id == Rule);

        Assert.Contains("on the mesh of the build property ShardwrightMesh (data 8 × expert 8)", finding.Message, StringComparison.Ordinal);
        Assert.Empty(finding.Fixes);
    }

    [Fact]
    public void Message_HasBothPredictions_AsCompiled()
    {
        var (plan, findings) = AdviceVerify.Compile(Plain.ToString());
        var (better, _) = AdviceVerify.Compile((Plain with { Expert = 4 }).ToString());

        string message = findings.Single(f => f.Rule.Id == Rule).Message;
        Assert.Contains($"A step takes {AdviceText.Duration(plan.Estimate!.Summary.Picoseconds)} on this mesh", message, StringComparison.Ordinal);
        Assert.Contains($"and {AdviceText.Duration(better.Estimate!.Summary.Picoseconds)} with [Mesh(Data = 8, Expert = 4)]", message, StringComparison.Ordinal);
        Assert.Contains($"needs {AdviceText.Bytes(better.PeakBytes)} a rank in place of {AdviceText.Bytes(plan.PeakBytes)}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherNumbersOfRanks_AreNamedWhenAskedFor()
    {
        string Message(string config) => AdviceVerify.Compile(Plain.ToString(), config).Findings.Single(f => f.Rule.Id == Rule).Message;
        var (twice, _) = AdviceVerify.Compile((Plain with { Data = 16, Expert = 4, Batch = 128 }).ToString());

        Assert.DoesNotContain("16 ranks", Message(""), StringComparison.Ordinal);
        Assert.Contains($"on 16 ranks the fastest is Data = 16, Expert = 4, with {AdviceText.Duration(twice.Estimate!.Summary.Picoseconds)} a step", Message("SHW4008.other_ranks = 1"), StringComparison.Ordinal);
    }

    static string Machine(int mebibytes) => $$"""
        { "name": "small", "extends": "trn2.48xlarge", "chip": { "hbm": { "value": {{4 * mebibytes}}, "unit": "MiB", "origin": "assumed", "source": "a test" } } }
        """;
}
