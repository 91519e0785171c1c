using Shardwright.Compiler.Advice;

namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class HbmOverflowTests
{
    const string Rule = "SHW3001";

    static string Model(string attributes) => MemoryModels.Mark(Plain(attributes, 4096), Rule, "Nn.Silu(Nn.MatMul(x, Up))");

    static string Plain(string attributes, int context) => MemoryModels.Dense(attributes, batch: 32, context: context, width: 2048, layers: 16);

    [Fact]
    public Task ActivationsOverTheCapacity_AreReportedWhereTheLargestIsMade_AndTheFixFreesWhatItSays() => AdviceVerify.FixSaves(Rule,
        Model("[Model, Mesh(Data = 8)]"), Plain("[Model, Mesh(Data = 8), Precision(NumberFormat.BFloat16)]", 4096));

    [Fact]
    public Task ModelJustUnderTheCapacity_Fits() => AdviceVerify.Reports(Rule, Plain("[Model, Mesh(Data = 8)]", context: 3400));

    [Fact]
    public Task SameModel_OnATargetWithMoreMemory_Fits() => AdviceVerify.Reports(Rule, Plain("[Model, Mesh(Data = 8)]", 4096), "build_property.ShardwrightTarget = trn3.ultraserver64");

    [Fact]
    public Task ParametersThatNothingCanDrop_AreAnotherRule() => AdviceVerify.Reports(Rule, MemoryModels.Dense("[Model, Mesh(Data = 8)]", width: 8192, layers: 16));

    [Fact]
    public void Message_SaysWhoHoldsHowMuch_ByTheTensorsOwnSizes()
    {
        var finding = Assert.Single(AdviceVerify.Compile(Model("[Model, Mesh(Data = 8)]")).Findings, f => f.Rule.Id == Rule);
        // 32 / 8 sequences · 4096 positions · 8192 columns · 4 bytes · 16 layers = 8 GiB each; 16 layers · 2 · 2048 · 8192 parameters of 16 bytes = 8 GiB.
        Assert.Contains("'silu' [32, 4096, 8192] in float32, 16 of them (saved activations) 8 GiB, 'upProduct' [32, 4096, 8192] in float32, 16 of them (saved activations) 8 GiB", finding.Message, StringComparison.Ordinal);
        Assert.Contains("parameters 8 GiB", finding.Message, StringComparison.Ordinal);
        Assert.Equal(3, finding.Also.Count);
    }

    [Fact]
    public void EveryRemedyInTheMessage_NeedsWhatAModelWrittenThatWayNeeds()
    {
        string message = Assert.Single(AdviceVerify.Compile(Model("[Model, Mesh(Data = 8)]")).Findings, f => f.Rule.Id == Rule).Message;
        Assert.Contains(Peak("[Model, Mesh(Data = 16)]", 32) + " with twice the ranks", message, StringComparison.Ordinal);
        Assert.Contains(Peak("[Model, Mesh(Data = 8), Precision(NumberFormat.BFloat16)]", 32) + " with [Precision(NumberFormat.BFloat16)]", message, StringComparison.Ordinal);
        Assert.Contains(Peak("[Model, Mesh(Data = 8), Training(Optimizer.AdamW, MicroBatches = 2)]", 16) + " with 2 micro-batches of 16 sequences", message, StringComparison.Ordinal);

        static string Peak(string attributes, int batch) => AdviceText.Bytes(AdviceVerify.Compile(MemoryModels.Dense(attributes, batch, 4096, 2048, 16)).Plan.PeakBytes);
    }
}
