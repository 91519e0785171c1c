using System.Globalization;

namespace Compare;

/// <summary>
/// Contenders in alternating processes, since a shared machine's speed changes by half within minutes: the best of each, and their ratios to the first with the spread over the rounds.
/// </summary>
internal sealed class Comparison(TextWriter output, Figure figure, int processes)
{
    public async Task Run(IReadOnlyList<Contender> contenders, CancellationToken stop)
    {
        var figures = contenders.Select(_ => new List<double>()).ToList();
        for (int round = 0; round < processes; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
                figures[i].Add(await contenders[i].Measure(figure, stop));
            output.WriteLine($"  round {round + 1}: " + string.Join(", ", contenders.Select((contender, i) => $"{contender.Name} {figure.Text(figures[i][^1])}")));
        }
        for (int i = 0; i < contenders.Count; i++)
            output.WriteLine($"{contenders[i].Name}: best {figure.Text(Best(figures[i]))}, median {figure.Text(Median(figures[i]))}, worst {figure.Text(Worst(figures[i]))}");
        for (int i = 1; i < contenders.Count; i++)
            PrintRatio(contenders[i].Name, contenders[0].Name, figures[i], figures[0]);
    }

    private void PrintRatio(string name, string baseline, List<double> mine, List<double> theirs)
    {
        var pairs = mine.Zip(theirs, figure.Speedup).Order().ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name} is {figure.Speedup(Best(mine), Best(theirs)):F2} times as fast as {baseline}, best against best; by rounds: median {Median(pairs):F2}, {pairs[0]:F2} to {pairs[^1]:F2}"));
    }

    private double Best(List<double> values) => figure.LowerIsBetter ? values.Min() : values.Max();

    private double Worst(List<double> values) => figure.LowerIsBetter ? values.Max() : values.Min();

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
