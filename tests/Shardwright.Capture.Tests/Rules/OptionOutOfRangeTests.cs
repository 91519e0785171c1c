using Shardwright.Capture.Model;
using Shardwright.Capture.Tests.Harness;

namespace Shardwright.Capture.Tests.Rules;

public sealed class OptionOutOfRangeTests
{
    [Theory]
    [InlineData("[Model, Mesh({|SHW1009:Data = 0|})]")]
    [InlineData("[Model, Mesh(Data = 2, {|SHW1009:Expert = -1|})]")]
    [InlineData("[Model, Training({|SHW1009:(Optimizer)7|})]")]
    [InlineData("[Model, Training(Optimizer.AdamW, {|SHW1009:MicroBatches = 0|})]")]
    [InlineData("[Model, Precision({|SHW1009:(NumberFormat)9|})]")]
    public Task Value_OutOfRange_IsReportedOnItsArgument(string attributes) => Verify.Source(Verify.Model(attributes + " public sealed partial class A"));

    [Theory]
    [InlineData("public Parameter Bias { get; } = new(Width);")]
    [InlineData("[State] public State Bias { get; } = new(Width);")]
    [InlineData("public int Bias => Width;")]
    [InlineData("public string Bias => \"\";")]
    public Task Recompute_OnWhatMakesNoActivations_IsReported(string member) =>
        Verify.Source(Verify.Model("[Model] public sealed partial class A", "[{|SHW1009:Recompute|}] " + member));

    [Fact]
    public Task Recompute_OnAModel_IsReported() => Verify.Source(Verify.Model("[Model, {|SHW1009:Recompute|}] public sealed partial class A"));

    [Theory]
    [InlineData("SHW3002.near_full_percent = 90")]
    [InlineData("dotnet_diagnostic.SHW3002.severity = none\nbuild_property.ShardwrightTarget = trn1.32xlarge")]
    public void Threshold_ThatThereIs_IsRead(string config) => Assert.Empty(ThresholdOptions.Read(ConfigOptions.Parse(config)).Errors);

    [Theory]
    [InlineData("SHW3002.near_full_percent = lots", "SHW3002.near_full_percent = lots", "a number from 1 to 100")]
    [InlineData("SHW3002.near_full = 90", "SHW3002.near_full", "SHW3002.near_full_percent")]
    [InlineData("SHW3999.percent = 1", "SHW3999.percent", "a rule that has thresholds (the list of rules names them)")]
    public void Threshold_Misspelt_IsAnErrorThatNamesWhatThereIs(string config, string got, string need) => Assert.Equal((got, need), Assert.Single(ThresholdOptions.Read(ConfigOptions.Parse(config)).Errors));

    [Theory]
    [InlineData("data=4 expert=2", 4, 2)]
    [InlineData("expert=8;data=8", 8, 8)]
    [InlineData("Data=1", 1, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void MeshProperty_WellFormed_IsRead(string? text, int? data, int? expert)
    {
        var option = MeshOption.Parse(text);
        Assert.Null(option.Error);
        Assert.Equal((data, expert), (option.Options.Data, option.Options.Expert));
    }

    [Theory]
    [InlineData("BFloat16", "BFloat16", false)]
    [InlineData("bfloat16 Stochastic", "BFloat16", true)]
    [InlineData("Float8E4M3;stochastic", "Float8E4M3", true)]
    public void PrecisionProperty_WellFormed_IsRead(string text, string format, bool stochastic)
    {
        var property = PrecisionProperty.Parse(text);
        Assert.Null(property.Error);
        Assert.Equal(new(format, stochastic), property.Option);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("1")]
    [InlineData("BFloat16 random")]
    [InlineData("BFloat16 stochastic stochastic")]
    public void PrecisionProperty_Malformed_IsAnError(string text) => Assert.Contains(text, PrecisionProperty.Parse(text).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("data=0")]
    [InlineData("data=4,expert=4")]
    [InlineData("model=4")]
    [InlineData("data")]
    [InlineData("data=4 data=8")]
    [InlineData("data=99999999999")]
    public void MeshProperty_Malformed_IsAnError(string text) => Assert.NotNull(MeshOption.Parse(text).Error);
}
