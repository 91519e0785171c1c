namespace Shardwright.Hardware.Tests;

public class OverlapTests
{
    [Theory]
    [InlineData(100, 50, 1.1256, 63)] // 112.56 − 50, rounded
    [InlineData(100, 0, 1.1256, 100)] // nothing to overlap with, nothing slowed down
    [InlineData(100, 5, 1.1256, 100)] // the slowdown eats the little that is hidden
    [InlineData(100, 200, 1.1256, 0)]
    [InlineData(100, 40, 1, 60)]
    [InlineData(0, 0, 1, 0)]
    public void Exposed_WorkedExamples_IsSlowedCommunicationLessComputation(long communication, long hideable, double slowdown, long exposed) => Assert.Equal(exposed, Overlap.Exposed(communication, hideable, slowdown));

    [Fact]
    public void Exposed_MoreToHideBehind_NeverGrows()
    {
        for (long hideable = 0; hideable < 300; hideable++)
            Assert.True(Overlap.Exposed(200, hideable + 1, 1.2) <= Overlap.Exposed(200, hideable, 1.2));
    }

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(0, -1, 1)]
    [InlineData(0, 0, 0.9)]
    public void Exposed_Impossible_Throws(long communication, long hideable, double slowdown) => Assert.Throws<ArgumentOutOfRangeException>(() => Overlap.Exposed(communication, hideable, slowdown));
}
