namespace Shardwright.Hardware.Tests;

public class GradientReductionTests
{
    [Theory]
    [InlineData(100, 1, 1000, 1, 100)]
    [InlineData(100, 4, 1000, 1, 25)]
    [InlineData(100, 4, 50, 1, 50)]
    [InlineData(100, 4, 1000, 1.2, 40)]
    [InlineData(100, 4, 50, 1.2, 60)]
    [InlineData(100, 4, 0, 1.2, 100)]
    [InlineData(0, 4, 50, 1.2, 0)]
    public void Exposed_WorkedExamples(long total, int buckets, long backward, double slowdown, long exposed)
        => Assert.Equal(exposed, GradientReduction.Exposed(total, buckets, backward, slowdown));

    [Fact]
    public void Exposed_AnyOverlap_LiesBetweenTheLastBucketAndAll()
    {
        var random = new Random(11);
        for (int trial = 0; trial < 10_000; trial++)
        {
            long total = random.NextInt64(1_000_000), backward = random.NextInt64(1_000_000);
            int buckets = random.Next(1, 50);
            long exposed = GradientReduction.Exposed(total, buckets, backward, 1 + random.NextDouble());
            Assert.InRange(exposed, total / buckets, total);
        }
    }

    [Fact]
    public void Exposed_SlowdownBelowOne_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => GradientReduction.Exposed(1, 1, 1, 0.5));

    [Fact]
    public void Exposed_NoBucket_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => GradientReduction.Exposed(1, 0, 1));
}
