namespace Shardwright.Hardware.Tests;

public class PipelineTests
{
    [Theory]
    [InlineData(1, 8, 1, 0)]
    [InlineData(4, 8, 1, 3 / 11.0)]
    [InlineData(4, 8, 2, 3 / 19.0)]
    public void BubbleShare_WorkedExamples(int stages, int microBatches, int virtualStages, double share)
        => Assert.Equal(share, Pipeline.BubbleShare(stages, microBatches, virtualStages), 12);

    [Theory]
    [InlineData(4, 8, 1000, 1, 11_000)]
    [InlineData(4, 8, 1000, 2, 9_500)]
    [InlineData(4, 8, 1000, 7, 8_429)]
    [InlineData(1, 8, 1000, 1, 8_000)]
    public void Picoseconds_WorkedExamples(int stages, int microBatches, long microBatch, int virtualStages, long time)
        => Assert.Equal(time, Pipeline.Picoseconds(stages, microBatches, microBatch, virtualStages));

    [Fact]
    public void Picoseconds_AnyPipeline_AgreesWithItsBubble()
    {
        foreach (int stages in new[] { 1, 2, 8, 64 })
            foreach (int microBatches in new[] { 1, 12, 512 })
                foreach (int virtualStages in new[] { 1, 3 })
                {
                    long busy = microBatches * 999_999L;
                    double total = Pipeline.Picoseconds(stages, microBatches, 999_999, virtualStages);
                    Assert.Equal(1 - busy / total, Pipeline.BubbleShare(stages, microBatches, virtualStages), 6);
                }
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void BubbleShare_NoPipeline_Throws(int stages, int microBatches, int virtualStages)
        => Assert.Throws<ArgumentOutOfRangeException>(() => Pipeline.BubbleShare(stages, microBatches, virtualStages));
}
