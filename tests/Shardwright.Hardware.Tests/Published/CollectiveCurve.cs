namespace Shardwright.Hardware.Tests;

/// <summary>A measured collective: time by bytes, in one group.</summary>
/// <param name="Name">Name of the curve.</param>
/// <param name="Kind">The collective.</param>
/// <param name="Ranks">Ranks of the group.</param>
/// <param name="Rows">Bytes and seconds, ascending.</param>
public sealed record CollectiveCurve(string Name, CollectiveKind Kind, int Ranks, IReadOnlyList<(long Bytes, double Seconds)> Rows)
{
    /// <summary>Rows with an even index, or those with an odd one.</summary>
    public CollectiveCurve Half(bool even) => this with { Rows = [.. Rows.Where((_, i) => i % 2 == 0 == even)] };
}

/// <summary>
/// Constants of one link level, found on some rows of a curve: a fixed latency α and a bandwidth, or α and an efficiency table with a row a size. The times come from <see cref="CollectiveTime"/>, with a machine that has these constants.
/// </summary>
public static class CollectiveFit
{
    /// <summary>α and β by least squares of the relative error: Σ ((α + β · S)/t − 1)² has its minimum where a 2 × 2 system is solved.</summary>
    public static (double Alpha, double Beta) AlphaBeta(IReadOnlyList<(long Bytes, double Seconds)> rows)
    {
        double ww = 0, wu = 0, uu = 0, w = 0, u = 0;
        foreach ((long bytes, double seconds) in rows)
        {
            double a = 1 / seconds, b = bytes / seconds;
            (ww, wu, uu, w, u) = (ww + a * a, wu + a * b, uu + b * b, w + a, u + b);
        }
        double determinant = ww * uu - wu * wu;
        return ((w * uu - u * wu) / determinant, (u * ww - w * wu) / determinant);
    }

    /// <summary>A machine with α and one bandwidth.</summary>
    public static Machine Plain(CollectiveCurve fitted)
    {
        (double alpha, double beta) = AlphaBeta(fitted.Rows);
        return Level(fitted, alpha, LinkShare(fitted) / beta, null);
    }

    /// <summary>
    /// A machine with α and an efficiency by bytes that meets every fitted row. α is the share (of the smallest time, in hundredths) with the smallest error when each inner row is left out in turn and read from the others.
    /// </summary>
    public static Machine Tabulated(CollectiveCurve fitted)
    {
        double smallest = fitted.Rows.Min(row => row.Seconds);
        double best = 0, least = double.PositiveInfinity;
        for (int hundredth = 0; hundredth < 100; hundredth++)
        {
            double alpha = smallest * hundredth / 100, error = 0;
            for (int left = 1; left < fitted.Rows.Count - 1; left++)
            {
                var others = fitted with { Rows = [.. fitted.Rows.Where((_, i) => i != left)] };
                error += Math.Abs(Error(Tabulated(others, alpha), fitted, fitted.Rows[left]));
            }
            if (error < least)
                (best, least) = (alpha, error);
        }
        return Tabulated(fitted, best);
    }

    /// <summary>Relative error of a row: predicted ÷ measured − 1.</summary>
    public static double Error(Machine machine, CollectiveCurve curve, (long Bytes, double Seconds) row) =>
        CollectiveTime.Of(machine, curve.Kind, GroupShape.Of(machine, curve.Ranks, 1), row.Bytes).Picoseconds / 1e12 / row.Seconds - 1;

    /// <summary>Mean of the absolute relative errors.</summary>
    public static double MeanError(Machine machine, CollectiveCurve curve) => curve.Rows.Average(row => Math.Abs(Error(machine, curve, row)));

    private static Machine Tabulated(CollectiveCurve fitted, double alpha)
    {
        double[] rates = [.. fitted.Rows.Select(row => LinkShare(fitted) * row.Bytes / (row.Seconds - alpha))];
        double fastest = rates.Max();
        var table = new EfficiencyTable([.. fitted.Rows.Select(row => row.Bytes)], [fitted.Ranks], [.. rates.Select(rate => (IReadOnlyList<double>)[rate / fastest])]);
        return Level(fitted, alpha, fastest, table);
    }

    private static Machine Level(CollectiveCurve curve, double alpha, double bytesPerSecond, EfficiencyTable? table) => CollectiveMachines.Of(curve.Name, "nccl", 1, curve.Ranks, [
        CollectiveMachines.Switch("node", curve.Ranks, bytesPerSecond / 1e9, 0) with { BasePicoseconds = (long)(alpha * 1e12), Efficiency = table }]);

    /// <summary>Share of the buffer that one rank sends: what the closed forms say.</summary>
    private static double LinkShare(CollectiveCurve curve) => (curve.Ranks - 1.0) / curve.Ranks * (curve.Kind == CollectiveKind.AllReduce ? 2 : 1);
}
