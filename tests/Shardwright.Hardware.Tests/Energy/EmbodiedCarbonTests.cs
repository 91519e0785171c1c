namespace Shardwright.Hardware.Tests;

public class EmbodiedCarbonTests
{
    /// <summary>The machine that XLM was trained on, as LLMCarbon's hardware table lists it (64 hosts of 8 V100). The table gives the other chips as 148.2 kg a host.</summary>
    private static readonly EmbodiedPart[] Xlm =
    [
        new("CPU, TSMC 16 nm", 64, 1.47, 1),
        new("DRAM, 18 nm", 64, 256, 0.4),
        new("SSD, 20 nm", 64, 32_768, 0.018),
        new("V100, TSMC 12 nm", 512, 8.15, 1.2),
        new("others", 64, 1, 148.2),
    ];

    [Fact]
    public void Share_OfXlm_IsLlmCarbonsSixtySixHundredthsOfATon()
        => Assert.Equal(0.66, EmbodiedCarbon.Share(EmbodiedCarbon.Kilograms(Xlm), 20.4 * 24) / 1000, 0.005);

    [Fact]
    public void Share_OfTheWholeLife_IsEverything() => Assert.Equal(150, EmbodiedCarbon.Share(150, EmbodiedCarbon.LifetimeHours), 9);
}
