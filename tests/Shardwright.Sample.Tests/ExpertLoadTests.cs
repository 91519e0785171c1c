using SparseLanguage.Display;

namespace Shardwright.Sample.Tests;

public sealed class ExpertLoadTests
{
    [Fact]
    public void Bar_EvenLoad_IsHalfHigh() => Assert.Equal("▄▄▄▄", ExpertLoad.Bar([5, 5, 5, 5], unicode: true));

    [Fact]
    public void Bar_OneExpertTakesAll_IsFullForItAndLowestForOthers() => Assert.Equal("1811", ExpertLoad.Bar([0, 9, 0, 0], unicode: false));

    [Fact]
    public void Bar_NoTokens_IsLowest() => Assert.Equal("11", ExpertLoad.Bar([0, 0], unicode: false));

    [Fact]
    public void Busiest_IsMaximumOverMean() => Assert.Equal(2, ExpertLoad.Busiest([1, 1, 4, 2]), 12);
}
