namespace Shardwright.Hardware.Tests;

/// <summary>Fits positive constants: steps up and down in each, by a factor that grows with success and shrinks without. Deterministic.</summary>
public static class CoordinateDescent
{
    /// <summary>Constants near <paramref name="start"/> with the least error.</summary>
    /// <param name="error">What is made small.</param>
    /// <param name="start">Where it begins; all above 0.</param>
    /// <param name="most">Upper bounds.</param>
    /// <param name="rounds">Rounds over all constants, at most.</param>
    public static double[] Minimize(Func<double[], double> error, double[] start, double[] most, int rounds)
    {
        double[] best = [.. start], step = [.. start.Select(_ => 0.2)];
        double least = error(best);
        for (int round = 0; round < rounds && step.Max() > 1e-3; round++)
        {
            for (int i = 0; i < best.Length; i++)
            {
                bool better = TryStep(i, 1 + step[i]) || TryStep(i, 1 / (1 + step[i]));
                step[i] *= better ? 1.5 : 0.6;
            }
        }

        return best;

        bool TryStep(int i, double factor)
        {
            double[] candidate = [.. best];
            candidate[i] = Math.Min(candidate[i] * factor, most[i]);
            double value = error(candidate);
            if (value >= least)
                return false;
            (best, least) = (candidate, value);
            return true;
        }
    }
}
