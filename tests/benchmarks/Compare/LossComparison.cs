using System.Globalization;

namespace Compare;

/// <summary>
/// Validation losses of two builds after the same short run, a seed a round. A routed model is chaotic: a token that changes experts changes everything after it, so single runs differ by more than a number
/// format does, and only the mean over seeds tells.
/// </summary>
internal sealed class LossComparison(TextWriter output, int seeds)
{
    private static readonly Figure Loss = new("nats/byte", "validation loss N.NNNN nats/byte", new(@"validation loss ([\d.]+) nats/byte"), LowerIsBetter: true);

    public async Task Run(Contender baseline, Contender other, CancellationToken stop)
    {
        var ratios = new List<double>();
        double sum = 0, otherSum = 0;
        for (int seed = 1; seed <= seeds; seed++)
        {
            double first = await Seeded(baseline, seed).Measure(Loss, stop), second = await Seeded(other, seed).Measure(Loss, stop);
            (sum, otherSum) = (sum + first, otherSum + second);
            ratios.Add(second / first);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  seed {seed}: {baseline.Name} {first:F4}, {other.Name} {second:F4}, ratio {second / first:F4}"));
        }
        double mean = ratios.Average(), error = Math.Sqrt(ratios.Sum(r => (r - mean) * (r - mean)) / Math.Max(1, seeds - 1) / seeds);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mean over {seeds} seeds: {baseline.Name} {sum / seeds:F4}, {other.Name} {otherSum / seeds:F4} nats/byte; ratio of the means {otherSum / sum:F4}, standard error of a mean ratio {error:F4}, {ratios.Min():F4} to {ratios.Max():F4}"));
    }

    private static Contender Seeded(Contender contender, int seed) => contender with { Command = [.. contender.Command, "--seed", $"{seed}"] };
}
