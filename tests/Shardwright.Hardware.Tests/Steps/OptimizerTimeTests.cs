namespace Shardwright.Hardware.Tests;

public class OptimizerTimeTests
{
    [Fact]
    public void Picoseconds_WorkedExample()
    {
        // 10⁹ parameters · 28 B ÷ 1 TB/s = 28 ms.
        Assert.Equal(28_000_000_000, OptimizerTime.Picoseconds(TestMachines.Plain().Rank, 1_000_000_000));
        Assert.Equal(30_000_000_000, OptimizerTime.Picoseconds(TestMachines.Plain().Rank, 1_000_000_000, OptimizerTime.AdamWMixedBytes));
    }
}
