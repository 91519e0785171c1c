namespace Shardwright.Hardware;

/// <summary>Time lost to checkpoints and failures on many chips. Hours throughout.</summary>
public static class Goodput
{
    /// <summary>Mean time between failures of a cluster: that of a chip ÷ chips, since failures are independent and any one stops the run.</summary>
    /// <param name="chipHours">Mean time between failures of one chip (<see cref="Machine.ChipHoursBetweenFailures"/>).</param>
    /// <param name="chips">Chips.</param>
    public static double ClusterHours(double chipHours, int chips)
        => chips >= 1 ? chipHours / chips : throw new ArgumentOutOfRangeException(nameof(chips), chips, "A cluster has at least one chip.");

    /// <summary>Mean time between failures of a chip as a run showed it: chips · hours ÷ failures.</summary>
    public static double ChipHours(int chips, double hours, int failures) => chips * hours / failures;

    /// <summary>Best time of computation between checkpoints to first order: √(2 · δ · M) (Young 1974).</summary>
    /// <param name="checkpoint">δ: time that writing a checkpoint stops the run for.</param>
    /// <param name="failure">M: mean time between failures of the cluster.</param>
    public static double YoungInterval(double checkpoint, double failure) => Math.Sqrt(2 * checkpoint * failure);

    /// <summary>
    /// Best time of computation between checkpoints to higher order: √(2δM) · (1 + ⅓ √(δ ÷ 2M) + ⅑ δ ÷ 2M) − δ while δ &lt; 2M, else M (Daly 2006, "A higher order estimate of the optimum checkpoint
    /// interval for restart dumps").
    /// </summary>
    /// <param name="checkpoint">δ.</param>
    /// <param name="failure">M.</param>
    public static double DalyInterval(double checkpoint, double failure)
    {
        double ratio = checkpoint / (2 * failure);
        return ratio >= 1 ? failure : YoungInterval(checkpoint, failure) * (1 + Math.Sqrt(ratio) / 3 + ratio / 9) - checkpoint;
    }

    /// <summary>
    /// Share of time that trains: 1 − δ ÷ τ − (τ ÷ 2 + R) ÷ M, at least 0. A failure loses half an interval and the restart. First order: for δ and τ well below M.
    /// </summary>
    /// <param name="interval">τ: time between checkpoints.</param>
    /// <param name="checkpoint">δ: time that a checkpoint stops the run for.</param>
    /// <param name="restart">R: time from a failure to the first new step.</param>
    /// <param name="failure">M: mean time between failures of the cluster.</param>
    public static double Share(double interval, double checkpoint, double restart, double failure)
        => Math.Max(0, 1 - checkpoint / interval - (interval / 2 + restart) / failure);
}
