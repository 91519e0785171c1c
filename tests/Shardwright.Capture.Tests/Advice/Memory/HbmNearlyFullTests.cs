namespace Shardwright.Capture.Tests.Advice.Memory;

public sealed class HbmNearlyFullTests
{
    const string Rule = "SHW3002";

    static string Model(string attributes, int context, bool marked = false)
    {
        string source = MemoryModels.Dense(attributes, batch: 32, context: context, width: 2048, layers: 16);
        return marked ? MemoryModels.Mark(source, Rule, "Nn.Silu(Nn.MatMul(x, Up))") : source;
    }

    [Fact]
    public Task NinetyEightPercent_IsReported_AndTheFixFreesWhatItSays() =>
        AdviceVerify.FixSaves(Rule, Model("[Model, Mesh(Data = 8)]", 3400, marked: true), Model("[Model, Mesh(Data = 8), Precision(NumberFormat.BFloat16)]", 3400));

    [Fact]
    public Task JustUnderNinetyPercent_IsNot() => AdviceVerify.Reports(Rule, Model("[Model, Mesh(Data = 8)]", 2900));

    [Fact]
    public Task JustUnderNinetyPercent_IsOverALowerThreshold() => AdviceVerify.Reports(Rule, Model("[Model, Mesh(Data = 8)]", 2900, marked: true), "SHW3002.near_full_percent = 80");

    [Fact]
    public Task Overflow_IsAnotherRule() => AdviceVerify.Reports(Rule, Model("[Model, Mesh(Data = 8)]", 4096));

    [Fact]
    public Task SameModel_OnATargetWithMoreMemory_HasRoom() => AdviceVerify.Reports(Rule, Model("[Model, Mesh(Data = 8)]", 3400), "build_property.ShardwrightTarget = trn3.ultraserver64");
}
