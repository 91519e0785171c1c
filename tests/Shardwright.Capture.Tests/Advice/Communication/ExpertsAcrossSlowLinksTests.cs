namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class ExpertsAcrossSlowLinksTests
{
    const string Rule = "SHW4002";

    static readonly SparseModels TwoInstances = new() { Data = 128, Expert = 128, Experts = 128, Batch = 512, Width = 1024 };

    [Fact]
    public Task GroupOverTwoInstances_IsFasterInsideOne_AsPromised() =>
        AdviceVerify.FixPays(Rule, (TwoInstances with { Mesh = "{|SHW4002:Mesh(Data = 128, Expert = 128)|}" }).ToString(), (TwoInstances with { Expert = 64 }).ToString());

    [Fact]
    public Task GroupOfAWholeInstance_StaysInside() => AdviceVerify.Reports(Rule, (TwoInstances with { Expert = 64 }).ToString());

    [Fact]
    public Task InstancesOfAnUltraServer_AreAQuarterAsFast_WhichIsNotSlow() => AdviceVerify.Reports(Rule, TwoInstances.ToString(), "build_property.ShardwrightTarget = trn2u.48xlarge");

    [Fact]
    public Task RatioUnderTheThreshold_IsNotSlow() => AdviceVerify.Reports(Rule, TwoInstances.ToString(), "SHW4002.most_bandwidth_ratio = 0.04");

    [Fact]
    public void PlacementOfTheBuild_ThatSpansInstances_CostsWhatItsAbsenceSaves()
    {
        var model = TwoInstances with { Expert = 4, Experts = 64 };
        var (asked, findings) = AdviceVerify.Compile(model.ToString(), "build_property.ShardwrightPlacement = data");
        var (free, _) = AdviceVerify.Compile(model.ToString());

        var finding = findings.Single(f => f.Rule.Id == Rule);
        Assert.Contains("because ShardwrightPlacement is 'data'", finding.Message, StringComparison.Ordinal);
        Assert.Equal(asked.Estimate!.Summary.Picoseconds - free.Estimate!.Summary.Picoseconds, finding.SavedPicoseconds);
        Assert.Empty(finding.Fixes);
    }

    [Fact]
    public void MeshOfTheBuild_IsNamedAndNotEdited()
    {
        var finding = AdviceVerify.Compile(TwoInstances.ToString(), "build_property.ShardwrightMesh = data=128 expert=128").Findings.Single(f => f.Rule.Id == Rule);

        Assert.Contains("The build property ShardwrightMesh sets the mesh", finding.Message, StringComparison.Ordinal);
        Assert.Empty(finding.Fixes);
    }
}
