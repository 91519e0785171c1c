namespace Shardwright.Hardware;

/// <summary>Whole numbers from computed ones: rounded once, so that sums do not depend on their order.</summary>
internal static class Picoseconds
{
    private const double PerSecond = 1e12;

    /// <summary>Seconds to picoseconds.</summary>
    /// <exception cref="OverflowException">More than 2^63 − 1, about 107 days.</exception>
    public static long Round(double seconds) => ToInt64(seconds * PerSecond);

    /// <summary>The nearest whole number.</summary>
    /// <exception cref="OverflowException">It exceeds 2^63 − 1, or is none.</exception>
    public static long ToInt64(double value)
    {
        double whole = Math.Round(value);
        if (!(whole < long.MaxValue))
            throw new OverflowException($"{value:g4} exceeds 2^63 − 1");
        return (long)whole;
    }
}
