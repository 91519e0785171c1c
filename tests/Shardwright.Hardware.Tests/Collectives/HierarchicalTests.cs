namespace Shardwright.Hardware.Tests;

public class HierarchicalTests
{
    [Theory]
    [InlineData(30, 10, 1, 40)] // one chunk: one after the other
    [InlineData(30, 10, 5, 32)] // 30 + 10/5
    [InlineData(10, 30, 5, 32)]
    [InlineData(30, 10, 1_000_000, 30.00001)] // the slower one
    public void Pipelined_Chunks_IsTheSlowerPhaseAndAChunkOfTheOther(double first, double second, int chunks, double time) => Assert.Equal(time, Hierarchical.Pipelined(first, second, chunks), 1e-9);

    [Fact]
    public void Pipelined_MoreChunks_NeverTakesLonger()
    {
        for (int chunks = 1; chunks < 50; chunks++)
            Assert.True(Hierarchical.Pipelined(3, 7, chunks + 1) <= Hierarchical.Pipelined(3, 7, chunks));
    }
}
