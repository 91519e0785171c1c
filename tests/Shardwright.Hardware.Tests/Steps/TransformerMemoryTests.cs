namespace Shardwright.Hardware.Tests;

public class TransformerMemoryTests
{
    private static readonly TransformerShape Shape = new(48, 6144, 64, 2048, 51_200);

    [Theory]
    [InlineData(Recomputation.None, false, 10 + 3 + 40 / 3.0)]
    [InlineData(Recomputation.None, true, 34 / 8.0 + 40 / 3.0)]
    [InlineData(Recomputation.Selective, false, 13)]
    [InlineData(Recomputation.Selective, true, 34 / 8.0)]
    [InlineData(Recomputation.Full, false, 2)]
    public void LayerActivations_Of22B_AreSbhTimes(Recomputation recomputation, bool sequenceParallel, double times)
        => Assert.Equal(2048.0 * 4 * 6144 * times, TransformerMemory.LayerActivations(Shape, 4, 8, recomputation, sequenceParallel), 3);

    [Fact]
    public void FirstStageActivations_Interleaved_AreMore()
    {
        Assert.Equal(960, TransformerMemory.FirstStageActivations(10, 96, stages: 8), 9);
        Assert.Equal(960 * (1 + 7 / 24.0), TransformerMemory.FirstStageActivations(10, 96, stages: 8, virtualStages: 3), 9);
    }

    [Fact]
    public void LayerState_Of22B_Is45Gibibytes() => Assert.Equal(45.5625, TransformerMemory.LayerState(Shape, 8, 1) / (1L << 30), 4);
}
