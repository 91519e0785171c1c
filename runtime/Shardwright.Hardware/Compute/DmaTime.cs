namespace Shardwright.Hardware;

/// <summary>
/// Movement between HBM and on-chip memory: the slower of the two, HBM at the share of its bandwidth that streams reach, and the DMA engines, whose rate falls with small payloads.
/// </summary>
public static class DmaTime
{
    /// <summary>Seconds to move <paramref name="bytes"/> in pieces of <paramref name="payload"/> contiguous bytes; 0 for streams.</summary>
    public static double Seconds(RankRates rates, long bytes, int payload) => bytes / Rate(rates, payload);

    /// <summary>B/s of pieces of <paramref name="payload"/> contiguous bytes; 0 for streams.</summary>
    public static double Rate(RankRates rates, int payload) => Math.Min(rates.HbmBandwidth * rates.HbmEfficiency, rates.DmaBandwidth * PayloadShare(payload, rates.DmaFullPayload));

    /// <summary>
    /// Share of the DMA bandwidth at a payload of p bytes: p / (p + f/4) · 5/4 below the full payload f, else 1. A piece then costs its bytes and a fixed part as large as a quarter of f. AWS gives three points (below 256 B bound by overhead,
    /// 2 KiB the least that is advised, 4 KiB saturated: nki-dma-bandwidth-guide.rst); this curve through them, 0.25 at 256 B and 0.83 at 2 KiB, is assumed.
    /// </summary>
    public static double PayloadShare(int payload, int full)
    {
        if (payload <= 0 || payload >= full)
            return 1;
        double overhead = 0.25 * full;
        return payload / (payload + overhead) * 1.25;
    }
}
