namespace Shardwright.Hardware;

/// <summary>Communication behind computation.</summary>
public static class Overlap
{
    /// <summary>
    /// The part of a communication that is not hidden: max(0, σ · t_comm − t_hideable). While both run, both are slower, since they share memory and DMA; σ ≥ 1 is measured (1.1256 on an A100 node: Hetu-Galvatron,
    /// <c>overlap_slowdown_coefficient</c>).
    /// </summary>
    /// <param name="communication">Time of the communication alone, picoseconds.</param>
    /// <param name="hideable">Computation that can run meanwhile, picoseconds.</param>
    /// <param name="slowdown">σ: <see cref="Machine.OverlapSlowdown"/>.</param>
    /// <returns>Picoseconds; 0 when all is hidden. Without computation to hide behind, nothing overlaps and nothing is slowed down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative time, or a slowdown below 1.</exception>
    public static long Exposed(long communication, long hideable, double slowdown)
    {
        if (communication < 0 || hideable < 0)
            throw new ArgumentOutOfRangeException(communication < 0 ? nameof(communication) : nameof(hideable), "A time is not negative.");
        if (!(slowdown >= 1))
            throw new ArgumentOutOfRangeException(nameof(slowdown), slowdown, "Overlapping makes nothing faster: need at least 1.");
        // Of σ · t_comm only what runs beside computation is slowed, so the exposed part is never longer than the communication alone.
        return Math.Min(communication, Math.Max(0, checked((long)Math.Round(slowdown * communication)) - hideable));
    }
}
