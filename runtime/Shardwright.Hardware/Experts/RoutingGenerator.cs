namespace Shardwright.Hardware;

/// <summary>Draws routing counts: reproducible from workload, seed, step and layer, whatever was drawn before.</summary>
/// <param name="experts">Experts of a layer.</param>
/// <param name="ranks">Ranks that send, and that hold the experts in contiguous runs; divides <paramref name="experts"/>.</param>
/// <param name="copies">Token copies that a rank sends: tokens · k.</param>
/// <param name="seed">Seed.</param>
public sealed class RoutingGenerator(int experts, int ranks, int copies, ulong seed)
{
    private const int Groups = 8;
    private const double GroupSigma = 0.45, ExpertSigma = 0.60, Drift = 0.63;

    /// <summary>Copies from every source rank to every expert: [ranks][experts].</summary>
    public int[][] Draw(RoutingWorkload workload, int step, int layer)
    {
        var weights = Weights(workload, step, layer);
        var random = new SplitMix64(seed ^ Mix(3, step, layer));
        var counts = new int[ranks][];
        for (int source = 0; source < ranks; source++)
            counts[source] = Multinomial(random, weights, workload == RoutingWorkload.RaggedSources ? (int)(copies * (2.0 * source / Math.Max(1, ranks - 1))) : copies);
        return counts;
    }

    /// <summary>Copies to every expert from all ranks together: [experts].</summary>
    public static int[] Sum(int[][] counts)
    {
        var sum = new int[counts[0].Length];
        foreach (int[] source in counts)
            for (int expert = 0; expert < sum.Length; expert++)
                sum[expert] += source[expert];
        return sum;
    }

    /// <summary>Copies drawn one by one with the given weights: [experts]. The sum is exactly <paramref name="draws"/>.</summary>
    public static int[] Multinomial(SplitMix64 random, double[] weights, int draws)
    {
        var upTo = new double[weights.Length];
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
            upTo[i] = sum += weights[i];
        // Where to begin looking for a number: a table of as many steps as weights, so that few sums are passed on the way.
        var first = new int[weights.Length];
        for (int step = 1; step < first.Length; step++)
        {
            first[step] = first[step - 1];
            while (first[step] < weights.Length - 1 && upTo[first[step]] <= step * sum / first.Length)
                first[step]++;
        }
        var counts = new int[weights.Length];
        for (int draw = 0; draw < draws; draw++)
        {
            double share = random.NextDouble(), at = share * sum;
            int index = first[(int)(share * first.Length)];
            // A hit between two sums belongs to the upper; one on a sum, to the next.
            while (index > 0 && upTo[index - 1] > at)
                index--;
            while (index < weights.Length - 1 && upTo[index] <= at)
                index++;
            counts[index]++;
        }
        return counts;
    }

    private double[] Weights(RoutingWorkload workload, int step, int layer)
    {
        var weights = Enumerable.Repeat(1.0, experts).ToArray();
        int perRank = experts / ranks, hot = (int)(Mix(1, 0, layer) % (ulong)experts), hotRank = hot / perRank;
        switch (workload)
        {
            case RoutingWorkload.HotExpert:
                Hot(hot, 1, 0.2);
                break;
            case RoutingWorkload.RotatingHotspot:
                Hot((hot + step) % experts, 1, 0.2);
                break;
            case RoutingWorkload.HotRank:
            case RoutingWorkload.Burst when step % 4 == 3:
                Hot(hotRank * perRank, perRank, 1.0 / 3);
                break;
            case RoutingWorkload.SpreadHot:
                for (int expert = 0; expert < experts; expert += 8)
                    weights[expert] = 4;
                break;
            case RoutingWorkload.ZeroExperts:
                for (int expert = 0; expert < experts; expert++)
                    if (expert % 4 == 1 || expert / perRank == hotRank && ranks > 1)
                        weights[expert] = 0;
                break;
            case RoutingWorkload.Clustered:
                Cluster();
                break;
        }
        return weights;

        void Hot(int first, int count, double share)
        {
            if (count < experts)
                for (int expert = first; expert < first + count; expert++)
                    weights[expert] = share / (1 - share) * (experts - count) / count;
        }

        void Cluster()
        {
            var fixedPart = new SplitMix64(seed ^ Mix(2, 0, layer));
            var group = Enumerable.Range(0, Groups).Select(_ => GroupSigma * fixedPart.NextGaussian()).ToArray();
            for (int expert = 0; expert < experts; expert++)
                weights[expert] = Math.Exp(group[(int)((long)expert * Groups / experts)] + Drifted(layer, expert, step));
        }
    }

    /// <summary>AR(1) with the stationary deviation, from the first step on: x₀ = σ · ε₀, xₛ = ρ · xₛ₋₁ + σ · √(1 − ρ²) · εₛ. Steps far back no longer count: ρ⁴⁰ &lt; 1e-8.</summary>
    private double Drifted(int layer, int expert, int step)
    {
        double x = 0;
        int start = Math.Max(0, step - 40);
        for (int s = start; s <= step; s++)
        {
            double noise = ExpertSigma * new SplitMix64(seed ^ Mix(4 + (ulong)expert, s, layer)).NextGaussian();
            x = s == start ? noise : Drift * x + Math.Sqrt(1 - Drift * Drift) * noise;
        }
        return x;
    }

    private static ulong Mix(ulong stream, int step, int layer) => new SplitMix64(stream * 0x9E3779B97F4A7C15 ^ (ulong)(uint)step << 32 ^ (uint)layer).Next();
}
