namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class FusableChainTests
{
    const string Rule = "SHW3007";

    static string Chain(string gelu, int width = 1024, string between = "a") => MemoryModels.Body("""
        public Parameter Gain { get; } = new(Width) { Initial = Initial.One };
        public Parameter Up { get; } = new(Width, Width);
        """, $"""
        var h = Nn.MatMul(x, Up);
                var a = {gelu};
                return Nn.RmsNorm(({between}) * 0.5f, Gain);
        """, width: width);

    [Fact]
    public Task ChainAndItsAdjoint_AreReportedOnce_AtTheChainsStart() => AdviceVerify.Reports(Rule, Chain("{|SHW3007:Nn.Gelu(h)|}"));

    [Fact]
    public Task ShareUnderTheThreshold_IsNotWorthAWord() => AdviceVerify.Reports(Rule, Chain("Nn.Gelu(h)"), "SHW3007.least_step_percent = 60");

    [Fact]
    public Task ProductBetweenThem_BreaksTheChain() => AdviceVerify.Reports(Rule, MemoryModels.Body("public Parameter Up { get; } = new(Width, Width);", "return Nn.Gelu(Nn.MatMul(Nn.Gelu(x), Up));"));

    [Fact]
    public void WideProducts_LeaveTheChainASmallShareOnTrainium2_AndALargerOneOnFasterTensorCores()
    {
        const string Least = "SHW3007.least_step_percent = 12\n";
        string source = Chain("Nn.Gelu(h)", width: 8192);
        Assert.DoesNotContain(AdviceVerify.Compile(source, Least).Findings, f => f.Rule.Id == Rule);
        Assert.Contains(AdviceVerify.Compile(source, Least + "build_property.ShardwrightTarget = dgx-h100\nbuild_property.ShardwrightPrecision = bfloat16").Findings, f => f.Rule.Id == Rule);
    }

    [Fact]
    public void Saving_IsTheTrafficBetweenThemAtTheMachinesRate_AndTheirFixedTimes()
    {
        var (plan, findings) = AdviceVerify.Compile(Chain("Nn.Gelu(h)"));
        var finding = Assert.Single(findings, f => f.Rule.Id == Rule);
        var rates = plan.Estimate!.Machine.Rank;
        // Forward, gelu's result is written and read by nobody else, the scaled one is read once less (the norm's gradient needs it); backward, the scaled gradient is written and read by nobody else. Two statements less, then one.
        double bytes = 5 * 8.0 * 512 * 1024 * sizeof(float);
        double expected = bytes / (rates.HbmBandwidth * rates.HbmEfficiency) * 1e12 + 3 * rates.OpOverhead;
        Assert.InRange(finding.SavedPicoseconds, expected * 0.99, expected * 1.01);
    }
}
