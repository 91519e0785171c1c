using System.Globalization;

namespace Shardwright.Report.Tests;

/// <summary>Reads a number as the page writes it for people back into the unit of plan.json: an independent reader, which knows nothing of how the page writes.</summary>
internal static class FigureText
{
    /// <summary>Units of the page in units of the plan, which are ps, B, FLOP, J, kg: each a step above the one before it.</summary>
    private static readonly Dictionary<string, double> Units = new (double First, double Step, string Names)[]
    {
        (1, 1000, "ps ns µs ms s"),
        (3.6e15, 24, "h days"),
        (1, 1024, "B KiB MiB GiB TiB PiB EiB"),
        (1, 1000, "FLOP kFLOP MFLOP GFLOP TFLOP PFLOP EFLOP ZFLOP"),
        (1, 1000, "FLOP/s kFLOP/s MFLOP/s GFLOP/s TFLOP/s PFLOP/s EFLOP/s"),
        (1, 1000, "B/s kB/s MB/s GB/s TB/s PB/s"),
        (1e-6, 1000, "µJ mJ J kJ MJ GJ TJ"),
        (1e-6, 1000, "mg g kg t kt"),
        (1e6, 1000, "million billion trillion quadrillion"),
        (1, 1, "FLOP/B"),
        (0.01, 1, "%"),
    }.SelectMany(it => it.Names.Split(' ').Select((name, index) => (name, it.First * Math.Pow(it.Step, index)))).Append(("", 1)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The numbers that could stand behind a text: half a unit of its last digit to each side.</summary>
    public static (double Low, double High) Range(string text)
    {
        string plain = text.Replace("\u202f", "").Replace('\u00a0', ' ').Replace("\u2212", "-").TrimStart('$');
        if (plain == "<0.1 %")
            return (0, 0.0005);
        int exponent = 0;
        if (plain.IndexOf(" × 10^", StringComparison.Ordinal) is var power && power > 0)
        {
            int end = plain.IndexOf(' ', power + 6) is var space && space > 0 ? space : plain.Length;
            exponent = int.Parse(plain[(power + 6)..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            plain = plain[..power] + plain[end..];
        }
        int cut = plain.IndexOf(' ', StringComparison.Ordinal) is var blank && blank > 0 ? blank : plain.Length;
        string digits = plain[..cut], unit = plain[cut..].Trim();
        if (!Units.TryGetValue(unit, out double factor))
            throw new FormatException($"'{text}' has the unit '{unit}', which no number of the plan has.");
        double scale = factor * Math.Pow(10, exponent), value = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture) * scale;
        int decimals = digits.Contains('.') ? digits.Length - digits.IndexOf('.') - 1 : 0;
        double half = 0.5 * Math.Pow(10, -decimals) * scale * (1 + 1e-9);
        return (value - half, value + half);
    }
}
