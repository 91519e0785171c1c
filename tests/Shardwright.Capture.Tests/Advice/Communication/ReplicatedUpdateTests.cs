using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Communication;

public sealed class ReplicatedUpdateTests
{
    const string Rule = "SHW4006";

    static readonly SparseModels Copies = new() { Expert = 2, Mesh = "{|SHW4006:Mesh(Data = 8, Expert = 2)|}" };

    [Fact]
    public Task UpdateOfEveryRank_CouldBeShared() => AdviceVerify.Reports(Rule, Copies.ToString());

    [Fact]
    public Task SavingsUnderTheThresholds_AreNotWorthAWord() => AdviceVerify.Reports(Rule, (Copies with { Mesh = null }).ToString(), "SHW4006.least_saving_percent = 60");

    [Fact]
    public Task OneRank_HasNobodyToShareWith() => AdviceVerify.Reports(Rule, (Copies with { Data = 1, Expert = 1, Mesh = null }).ToString());

    [Fact]
    public Task TargetWithLittleMemory_IsToldOfMemoryAlone() => AdviceVerify.Reports(Rule, Copies.ToString(), "SHW4006.least_saving_percent = 60", """
        { "name": "small", "extends": "trn2.48xlarge", "chip": { "hbm": { "value": 512, "unit": "MiB", "origin": "assumed", "source": "a test" } } }
        """);

    [Fact]
    public void Memory_IsTwoMomentsOfWhatOthersHoldToo()
    {
        var message = AdviceVerify.Compile(Copies.ToString()).Findings.Single(f => f.Rule.Id == Rule).Message;

        // Norm, mixer and router of two layers on eight ranks; eight experts of two matrices, four on a rank, of which four ranks hold copies.
        long dense = 2 * (256 + 256 * 256 + 256 * 8), experts = 2L * 4 * 2 * 256 * 512;
        Assert.Contains($"a rank needs {AdviceText.Bytes(8 * (dense - dense / 8 + experts - experts / 4))} less", message, StringComparison.Ordinal);
    }
}
