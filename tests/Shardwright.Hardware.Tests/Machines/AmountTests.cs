namespace Shardwright.Hardware.Tests;

public class AmountTests
{
    [Fact]
    public void At_RowsAndExperts_AddsThreeParts() => Assert.Equal(7 + 3 * 10 + 5 * 2, new Amount(7, 3, 5).At(10, 2));

    [Fact]
    public void At_TooLarge_Overflows() => Assert.Throws<OverflowException>(() => new Amount(long.MaxValue, 1).At(1, 0));
}
