using Shardwright.Capture.Tests.Advice.Communication;
using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Cost;

public sealed class ScalingEfficiencyTests
{
    const string Rule = "SHW7102";

    static readonly SparseModels Wide = new() { Data = 128, Expert = 64, Experts = 64, Batch = 256, Context = 64 };

    [Fact]
    public Task SmallBatchOnTwoInstances_WastesThem() => AdviceVerify.Reports(Rule, (Wide with { Mesh = "{|SHW7102:Mesh(Data = 128, Expert = 64)|}" }).ToString());

    [Fact]
    public Task OneInstance_CostsTheSameWhateverRanksDo() => AdviceVerify.Reports(Rule, (Wide with { Data = 64 }).ToString());

    [Fact]
    public Task SmallInstances_AreTwoSooner() => AdviceVerify.Reports(Rule, (Wide with { Data = 64, Mesh = "{|SHW7102:Mesh(Data = 64, Expert = 64)|}" }).ToString(), "build_property.ShardwrightTarget = dgx-h100");

    [Fact]
    public Task EfficiencyOverTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Wide.ToString(), "SHW7102.least_efficiency_percent = 20");

    [Fact]
    public void Message_HasTimesAndPricesOfBothCompilations()
    {
        var (all, findings) = AdviceVerify.Compile(Wide.ToString());
        var (half, _) = AdviceVerify.Compile((Wide with { Data = 64 }).ToString());

        string message = findings.Single(f => f.Rule.Id == Rule).Message;
        var (cost, less) = (all.Estimate!.Summary.Cost!, half.Estimate!.Summary.Cost!);
        Assert.Contains($"{AdviceText.Duration(half.Estimate.Summary.Picoseconds)} on 64 (Expert = 64)", message, StringComparison.Ordinal);
        Assert.Contains(AdviceText.Percent(half.Estimate.Summary.Picoseconds / 2.0 / all.Estimate.Summary.Picoseconds), message, StringComparison.Ordinal);
        Assert.Contains($"On 128 ranks a million tokens take {AdviceText.Number(cost.FacilityJoules / cost.Tokens * 1e6)} J and {AdviceText.Number(1e6 / cost.TokensPerDollar!.Value)} US$", message, StringComparison.Ordinal);
        Assert.Contains($"On 64 ranks a million tokens take {AdviceText.Number(less.FacilityJoules / less.Tokens * 1e6)} J and {AdviceText.Number(1e6 / less.TokensPerDollar!.Value)} US$", message, StringComparison.Ordinal);
    }
}
