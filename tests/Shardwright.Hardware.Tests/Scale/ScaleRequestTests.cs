namespace Shardwright.Hardware.Tests;

public sealed class ScaleRequestTests
{
    [Fact]
    public void Parse_Lists_AreReadAndEmptyOnesAreDefaults()
    {
        var request = ScaleRequest.Parse(" 1; 16 ;;40000", "expert=64 expert=16", "Zero3");
        var defaults = ScaleRequest.Parse(null, " ", "");

        Assert.Equal([1, 16, 40000], request.Chips);
        Assert.Equal([64, 16], request.Experts);
        Assert.Equal(ScaleSharding.Zero3, request.Sharding);
        Assert.Equal([1, 16, 64, 1024, 40000], defaults.Chips);
        Assert.Equal([null], defaults.Experts);
        Assert.Equal(ScaleSharding.Auto, defaults.Sharding);
    }

    [Theory]
    [InlineData("0", null, null, "ShardwrightScaleChips", "got '0'")]
    [InlineData("1;many", null, null, "ShardwrightScaleChips", "got 'many'")]
    [InlineData("99999999999", null, null, "ShardwrightScaleChips", "got '99999999999'")]
    [InlineData(null, "data=4", null, "ShardwrightScaleMeshes", "got 'data=4'; need expert=")]
    [InlineData(null, "expert=-1", null, "ShardwrightScaleMeshes", "got 'expert=-1'")]
    [InlineData(null, null, "zero2", "ShardwrightScaleSharding", "got 'zero2'; need auto, none or zero3")]
    public void Parse_OtherText_NamesSettingFoundAndNeed(string? chips, string? meshes, string? sharding, string setting, string message)
    {
        var error = Assert.Throws<ScaleException>(() => ScaleRequest.Parse(chips, meshes, sharding));

        Assert.Equal(setting, error.Setting);
        Assert.Contains(message, error.Message);
    }
}
