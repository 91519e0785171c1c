namespace Shardwright.Hardware.Tests;

/// <summary>Fits positive constants by Nelder and Mead's simplex (1965) on their logarithms, begun anew from the best point a few times. Deterministic.</summary>
public static class SimplexSearch
{
    /// <summary>Constants with the least error that was found.</summary>
    /// <param name="error">What is made small.</param>
    /// <param name="start">Where it begins; all above 0.</param>
    /// <param name="most">Upper bounds.</param>
    /// <param name="steps">Steps of the simplex each time.</param>
    /// <param name="times">How often it begins.</param>
    public static double[] Minimize(Func<double[], double> error, double[] start, double[] most, int steps, int times = 3)
    {
        double[] best = start;
        for (int time = 0; time < times; time++)
            best = Constants(Search(Value, Clamp([.. best.Select(value => Math.Log(value))]), steps));
        return best;

        double Value(double[] logarithms) => error(Constants(logarithms));
        double[] Constants(double[] logarithms) => [.. Clamp(logarithms).Select(value => Math.Exp(value))];
        double[] Clamp(double[] logarithms) => [.. logarithms.Select((value, i) => Math.Min(value, Math.Log(most[i])))];
    }

    private static double[] Search(Func<double[], double> value, double[] start, int steps)
    {
        var points = new List<(double[] At, double Value)> { (start, value(start)) };
        for (int i = 0; i < start.Length; i++)
        {
            // Downwards, so that a start at its bound does not begin with a flat simplex.
            double[] at = [.. start];
            at[i] -= 0.4;
            points.Add((at, value(at)));
        }

        for (int step = 0; step < steps; step++)
        {
            points.Sort((a, b) => a.Value.CompareTo(b.Value));
            var worst = points[^1];
            double[] centre = [.. start.Select((_, i) => points.Take(start.Length).Average(point => point.At[i]))];
            var reflected = Along(1);
            if (reflected.Value < points[0].Value)
                points[^1] = Better(Along(2), reflected);
            else if (reflected.Value < points[^2].Value)
                points[^1] = reflected;
            else if (Better(Along(0.5), Along(-0.5)) is var near && near.Value < worst.Value)
                points[^1] = near;
            else
                Shrink();

            (double[] At, double Value) Along(double factor)
            {
                double[] at = [.. centre.Select((c, i) => c + factor * (c - worst.At[i]))];
                return (at, value(at));
            }
        }

        return points.MinBy(point => point.Value).At;

        void Shrink()
        {
            for (int p = 1; p < points.Count; p++)
            {
                double[] at = [.. points[p].At.Select((x, i) => (x + points[0].At[i]) / 2)];
                points[p] = (at, value(at));
            }
        }

        static (double[] At, double Value) Better((double[] At, double Value) a, (double[] At, double Value) b) => a.Value <= b.Value ? a : b;
    }
}
