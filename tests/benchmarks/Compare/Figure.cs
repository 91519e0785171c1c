using System.Globalization;
using System.Text.RegularExpressions;

namespace Compare;

/// <summary>What a process prints, where its figure stands in it, and which way is better. Groups of the pattern: the figure and, where two are given, its divisor.</summary>
internal sealed record Figure(string Unit, string Printed, Regex Pattern, bool LowerIsBetter)
{
    /// <summary>The fastest step of a process.</summary>
    public static readonly Figure BestStep = new("tok/s", "NNNN tok/s (best NNNN)", new(@"tok/s \(best (\d+)\)"), LowerIsBetter: false);

    /// <summary>The mean over a run of the sample.</summary>
    public static readonly Figure MeanSpeed = new("tok/s", "NNNN tokens/s", new(@"(\d+) tokens/s"), LowerIsBetter: false);

    /// <summary>The fastest pass of a process.</summary>
    public static readonly Figure BestPass = new("ms", "(best NN.N ms)", new(@"\(best ([\d.]+) ms\)"), LowerIsBetter: true);

    /// <summary>The first step's time over the median of later ones.</summary>
    public static readonly Figure FirstStep = new("× the steady step", "first NN.N ms, median NN.N ms", new(@"first ([\d.]+) ms, median ([\d.]+) ms"), LowerIsBetter: true);

    /// <summary>The figure in a process's output, or null when it printed none.</summary>
    public double? Read(string output)
    {
        if (Pattern.Match(output) is not { Success: true } match)
            return null;
        double value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups.Count > 2 ? value / double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : value;
    }

    /// <summary>How many times as fast <paramref name="value"/> is as <paramref name="other"/>.</summary>
    public double Speedup(double value, double other) => LowerIsBetter ? other / value : value / other;

    public string Text(double value) => value.ToString(value >= 100 ? "N0" : "F2", CultureInfo.InvariantCulture) + " " + Unit;
}
