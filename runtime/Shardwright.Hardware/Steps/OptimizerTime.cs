namespace Shardwright.Hardware;

/// <summary>Time of the parameter update, which memory bandwidth decides.</summary>
public static class OptimizerTime
{
    /// <summary>
    /// Bytes that AdamW with float32 parameters moves for each of them: reads parameter, gradient, mean and variance, writes parameter, mean and variance, 4 bytes each.
    /// </summary>
    public const int AdamWBytes = 28;

    /// <summary>Bytes for each parameter with bfloat16 or float16 weights beside float32 masters: <see cref="AdamWBytes"/> and the 2-byte weight that is written.</summary>
    public const int AdamWMixedBytes = AdamWBytes + 2;

    /// <summary>parameters · bytes ÷ (HBM bandwidth · efficiency), in picoseconds, rounded up.</summary>
    /// <param name="rates">The rank.</param>
    /// <param name="parameters">Parameters that the rank updates: its own share where the optimizer is sharded.</param>
    /// <param name="bytesPerParameter">Bytes read and written for each.</param>
    public static long Picoseconds(RankRates rates, long parameters, int bytesPerParameter = AdamWBytes)
        => (long)Math.Ceiling((double)parameters * bytesPerParameter / (rates.HbmBandwidth * rates.HbmEfficiency) * 1e12);
}
