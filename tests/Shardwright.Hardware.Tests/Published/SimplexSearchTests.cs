namespace Shardwright.Hardware.Tests;

public class SimplexSearchTests
{
    [Fact]
    public void Minimize_NarrowValley_FindsItsBottom()
    {
        double[] found = SimplexSearch.Minimize(c => Math.Abs(c[0] * c[1] - 6) + 0.01 * Math.Abs(c[0] - 3), [1, 1], [10, 10], steps: 300);

        Assert.Equal(3, found[0], 0.01);
        Assert.Equal(2, found[1], 0.01);
    }

    [Fact]
    public void Minimize_ABound_IsKept() => Assert.Equal(2, SimplexSearch.Minimize(c => Math.Abs(c[0] - 3), [1], [2], steps: 100)[0], 6);
}
