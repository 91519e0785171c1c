using Shardwright.Hardware;

namespace Shardwright.Capture.Tests.Advice.Communication;

/// <summary>Where a token that travels once to a rank makes a step shorter, and by how much: the figures of docs/accuracy.md.</summary>
public sealed class TokensOnceTests(ITestOutputHelper output)
{
    // One layer of experts as DeepSeek-V3's (width 7168, hidden 2048, 8 of 256), 4,096 tokens a rank, bfloat16.
    [Theory]
    [InlineData("trn2.48xlarge", 16, 4, "", 1.5)]
    [InlineData("trn2.48xlarge", 16, 8, "", 1.0)]
    [InlineData("trn2.48xlarge", 16, 8, "RouterGroups = 8, KeptGroups = 4, ", 2.3)]
    [InlineData("trn2.48xlarge", 64, 16, "", 0.0)]
    [InlineData("trn2.48xlarge", 64, 64, "", -1.5)]
    [InlineData("trn1.32xlarge", 64, 8, "", 2.4)]
    [InlineData("trn1.32xlarge", 64, 8, "RouterGroups = 8, KeptGroups = 2, ", 8.2)]
    [InlineData("dgx-h100", 64, 16, "RouterGroups = 8, KeptGroups = 2, ", 6.8)]
    [InlineData("dgx-h100", 64, 64, "RouterGroups = 8, KeptGroups = 4, ", 0.3)]
    public void Step_WithTokensThatTravelOnce_IsShorterOrLonger(string target, int data, int expert, string groups, double shorter)
    {
        long copies = Step(""), once = Step("(Dispatch = Dispatch.Once)");

        output.WriteLine($"{target} {data}×{expert} {groups}: {copies / 1e9:F2} ms, once {once / 1e9:F2} ms, {1 - (double)once / copies:P1}, share {DispatchTraffic.OnceShare(256, 8, expert, groups == "" ? 1 : 8, groups == "" ? 0 : groups[^3] - '0'):P1}");
        Assert.Equal(shorter, Math.Round(100 * (1 - (double)once / copies), 1));

        long Step(string dispatch)
        {
            var model = new SparseModels { Data = data, Expert = expert, Batch = data, Context = 4096, Width = 7168, Hidden = 2048, Layers = 1, Experts = 256, TopK = 8, Dispatch = dispatch, Attributes = ", Precision(NumberFormat.BFloat16)" };
            return AdviceVerify.Compile(model.ToString().Replace("BalanceLoss", groups + "BalanceLoss", StringComparison.Ordinal), $"build_property.ShardwrightTarget = {target}").Plan.Estimate!.Summary.Picoseconds;
        }
    }
}
