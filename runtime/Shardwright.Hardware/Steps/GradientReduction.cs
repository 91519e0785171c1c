namespace Shardwright.Hardware;

/// <summary>Reduction of gradients over data-parallel ranks, bucket by bucket, while the backward pass still computes the earlier layers.</summary>
public static class GradientReduction
{
    /// <summary>
    /// Part of the reductions that the step waits for, in picoseconds. The last bucket has nothing left to hide behind; the others, h = total − last, hide behind b of backward computation, and while
    /// both run, both run slower by the machine's overlap slowdown σ: exposed = last + max(0, h − b) + (σ − 1) · min(h, b), rounded up.
    /// </summary>
    /// <param name="total">All reductions, one after the other.</param>
    /// <param name="buckets">Buckets of equal size; 1 stands for no overlap.</param>
    /// <param name="backward">b: backward computation that comes after the first bucket is full.</param>
    /// <param name="slowdown">σ ≥ 1: how much slower compute and communication run while they overlap (<see cref="Machine.OverlapSlowdown"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no bucket, or <paramref name="slowdown"/> is below 1.</exception>
    public static long Exposed(long total, int buckets, long backward, double slowdown = 1)
    {
        if (buckets < 1)
            throw new ArgumentOutOfRangeException(nameof(buckets), buckets, "Gradients fill at least one bucket.");
        if (slowdown < 1)
            throw new ArgumentOutOfRangeException(nameof(slowdown), slowdown, "Overlap makes nothing faster.");

        long last = (total + buckets - 1) / buckets;
        long hidden = total - last;
        return checked(last + Math.Max(0, hidden - backward) + (long)Math.Ceiling((slowdown - 1) * Math.Min(hidden, backward)));
    }
}
