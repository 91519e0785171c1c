namespace Shardwright.Hardware.Tests;

public class CoordinateDescentTests
{
    [Fact]
    public void Minimize_ABowl_FindsItsBottom()
    {
        double[] found = CoordinateDescent.Minimize(c => Math.Abs(c[0] - 3) + Math.Abs(c[1] - 0.02), [1, 1], [10, 10], rounds: 500);

        Assert.Equal(3, found[0], 0.01);
        Assert.Equal(0.02, found[1], 0.0001);
    }

    [Fact]
    public void Minimize_ABound_IsKept() => Assert.Equal(2, CoordinateDescent.Minimize(c => Math.Abs(c[0] - 3), [1], [2], rounds: 500)[0], 12);
}
