namespace Shardwright.Hardware;

/// <summary>
/// Micro-batches from recorded totals: a trace says how many copies an expert got from all ranks over many batches, a placement needs what each rank sends. Every rank's own distribution is drawn around the layer's (Dirichlet), and its copies from that.
/// How far ranks differ from each other is not recorded; the concentration is an assumption.
/// </summary>
public static class RecordedRouting
{
    /// <summary>Concentration a rank and expert: an expert of mean load has a share on a rank that differs by 1 ÷ √50, 14 %, of it. Assumed.</summary>
    public const double Concentration = 50;

    /// <summary>Copies from every source rank to every expert: [ranks][experts].</summary>
    /// <param name="total">Copies of each expert over all ranks and batches: [experts].</param>
    /// <param name="ranks">Ranks that send.</param>
    /// <param name="copies">Copies that each of them sends: tokens · k.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="concentration">Parameters of the Dirichlet distribution are its product with the experts' loads in means; infinite for ranks that are alike.</param>
    public static int[][] Draw(IReadOnlyList<double> total, int ranks, int copies, SplitMix64 random, double concentration = Concentration)
    {
        double mean = total.Sum() / total.Count;
        var counts = new int[ranks][];
        var weights = new double[total.Count];
        for (int source = 0; source < ranks; source++)
        {
            for (int expert = 0; expert < weights.Length; expert++)
                weights[expert] = double.IsInfinity(concentration) ? total[expert] : Gamma(random, concentration * total[expert] / mean);
            counts[source] = RoutingGenerator.Multinomial(random, weights, copies);
        }
        return counts;
    }

    /// <summary>Gamma of a shape and scale 1. Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.</summary>
    private static double Gamma(SplitMix64 random, double shape)
    {
        if (shape <= 0)
            return 0;
        if (shape < 1)
            return Gamma(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = random.NextGaussian(), v = 1 + c * x;
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }
}
