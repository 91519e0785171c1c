namespace Shardwright.Hardware.Tests;

public class GoodputTests
{
    /// <summary>Llama 3 (arXiv 2407.21783, section 3.3.4): 419 unexpected stops in 54 days on 16,384 GPUs.</summary>
    private static readonly double Llama = Goodput.ChipHours(16_384, 54 * 24, 419);

    [Fact]
    public void ChipHours_OfLlama3_AreFiftyThousand() => Assert.Equal(50_677, Llama, 0.5);

    [Fact]
    public void ClusterHours_OfFortyThousandSuchChips_AreOneAndAQuarter() => Assert.Equal(1.27, Goodput.ClusterHours(Llama, 40_000), 0.005);

    [Fact]
    public void YoungInterval_WorkedExample() => Assert.Equal(0.2, Goodput.YoungInterval(checkpoint: 0.02, failure: 1), 12);

    [Theory]
    [InlineData(1.0 / 60)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void DalyInterval_LongCheckpoints_IsNearerToTheBestIntervalThanYoungs(double checkpoint)
    {
        // Daly's exact expectation for exponential failures: T(τ) ∝ (e^((τ + δ) / M) − 1) ÷ τ; its minimum by search.
        double failure = 1.27;
        double best = Enumerable.Range(1, 40_000).Select(i => i * 1e-4).MinBy(Expected);

        double daly = Goodput.DalyInterval(checkpoint, failure), young = Goodput.YoungInterval(checkpoint, failure);
        Assert.True(Math.Abs(daly - best) <= 0.02 * best, $"Daly {daly}, best {best}");
        Assert.True(Math.Abs(daly - best) <= Math.Abs(young - best));

        double Expected(double interval) => (Math.Exp((interval + checkpoint) / failure) - 1) / interval;
    }

    [Fact]
    public void DalyInterval_CheckpointBeyondTwiceTheMean_IsTheMean() => Assert.Equal(1, Goodput.DalyInterval(checkpoint: 2, failure: 1));

    [Fact]
    public void Share_AtYoungsInterval_IsAtItsMaximum()
    {
        double checkpoint = 0.01, restart = 0.1, failure = 1.27;
        double best = Goodput.YoungInterval(checkpoint, failure);

        Assert.True(Share(best) > Share(best * 1.05));
        Assert.True(Share(best) > Share(best * 0.95));
        Assert.Equal(1 - Math.Sqrt(2 * checkpoint / failure) - restart / failure, Share(best), 12);

        double Share(double interval) => Goodput.Share(interval, checkpoint, restart, failure);
    }

    [Fact]
    public void Share_WorkedExample() => Assert.Equal(1 - 0.1 - (0.1 + 0.05) / 1.5, Goodput.Share(interval: 0.2, checkpoint: 0.02, restart: 0.05, failure: 1.5), 12);

    [Fact]
    public void Share_RestartsThatLastLongerThanFailuresTake_IsNothing() => Assert.Equal(0, Goodput.Share(0.2, 0.02, restart: 2, failure: 1));
}
