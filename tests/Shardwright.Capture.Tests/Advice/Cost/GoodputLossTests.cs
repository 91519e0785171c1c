using Shardwright.Capture.Tests.Advice.Communication;

namespace Shardwright.Capture.Tests.Advice.Cost;

public sealed class GoodputLossTests
{
    const string Rule = "SHW7103";

    static readonly SparseModels Huge = new() { Data = 32768, Expert = 8, Batch = 32768, Context = 16, Layers = 1 };

    [Fact]
    public async Task CheckpointEveryHour_On8192Chips_LosesAnEighth()
    {
        string source = (Huge with { Mesh = "{|SHW7103:Mesh(Data = 32768, Expert = 8)|}" }).ToString();
        await AdviceVerify.Reports(Rule, source);

        // By hand: 50,677 h ÷ 8,192 = 6.186 h; 1/60 ÷ 1 + (½ + 1/6) ÷ 6.186 = 12.4 %; √(2 · 1/60 · 6.186) h = 27.2 minutes.
        string message = AdviceVerify.Compile(source).Findings.Single(f => f.Rule.Id == Rule).Message;
        Assert.Contains("fail every 6.19 h", message, StringComparison.Ordinal);
        Assert.Contains("12.4 % of the time does not train", message, StringComparison.Ordinal);
        Assert.Contains("Every 27.2 minutes", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SHW7103.most_loss_percent = 13")]
    [InlineData("SHW7103.checkpoint_interval_minutes = 27\nSHW7103.restart_minutes = 5")]
    public Task LossUnderTheThreshold_IsNotWorthAWord(string config) => AdviceVerify.Reports(Rule, Huge.ToString(), config);

    [Fact]
    public Task FewChips_FailTooSeldom() => AdviceVerify.Reports(Rule, (Huge with { Data = 1024, Batch = 1024 }).ToString());

    [Fact]
    public Task TargetThatFailsLessOften_LosesLess() => AdviceVerify.Reports(Rule, Huge.ToString(), "", """
        { "name": "sturdy", "extends": "trn2.48xlarge", "chipHoursBetweenFailures": { "value": 500000, "unit": "h", "origin": "assumed", "source": "a test" } }
        """);
}
