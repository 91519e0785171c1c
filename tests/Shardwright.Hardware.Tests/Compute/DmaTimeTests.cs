namespace Shardwright.Hardware.Tests;

public class DmaTimeTests
{
    [Theory]
    [InlineData("trn1.32xlarge", 272)]
    [InlineData("trn2.48xlarge:lnc1", 368)]
    [InlineData("trn3.ultraserver64:lnc1", 528)]
    public void DmaBandwidth_OfACore_IsTheAchievableOne(string name, double gigabytes) =>
        Assert.Equal(gigabytes * 1e9, MachineCatalog.Get(name).Rank.DmaBandwidth, 1.0);

    [Fact]
    public void PayloadShare_HasTheDocumentedPoints()
    {
        Assert.InRange(DmaTime.PayloadShare(256, 4096), 0.05, 0.3);      // severely bound by overhead
        Assert.InRange(DmaTime.PayloadShare(2048, 4096), 0.7, 0.95);     // the least that is advised
        Assert.Equal(1, DmaTime.PayloadShare(4096, 4096));               // saturated
        Assert.Equal(1, DmaTime.PayloadShare(0, 4096));                  // a stream
    }

    [Fact]
    public void PayloadShare_TimeOfAPiece_NeverFalls()
    {
        double last = 0;
        for (int payload = 1; payload < 10_000; payload++)
        {
            double cost = payload / DmaTime.PayloadShare(payload, 4096);
            Assert.True(cost >= last);
            last = cost;
        }
    }

    [Fact]
    public void Seconds_SmallRows_AreBoundByTheEngines()
    {
        var rank = MachineCatalog.Get("trn2.48xlarge").Rank;
        Assert.Equal(1e9 / (0.8 * 725e9), DmaTime.Seconds(rank, 1_000_000_000, 4096), 1e-9);
        Assert.Equal(1e9 / (736e9 * 0.25), DmaTime.Seconds(rank, 1_000_000_000, 256), 1e-9);
    }
}
