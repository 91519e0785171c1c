using System.Globalization;

namespace Shardwright.Report.Tests;

/// <summary>Reads a number as the page writes it for people back into the unit of plan.json: an independent reader, which knows nothing of how the page writes.</summary>
internal static class FigureText
{
    /// <summary>Units of the page in units of the plan: ps, B, FLOP, J, kg.</summary>
    private static readonly Dictionary<string, double> Units = new(StringComparer.Ordinal)
    {
        [""] = 1, ["%"] = 0.01, ["million"] = 1e6, ["billion"] = 1e9, ["trillion"] = 1e12, ["thousand trillion"] = 1e15,
        ["ps"] = 1, ["ns"] = 1e3, ["µs"] = 1e6, ["ms"] = 1e9, ["s"] = 1e12, ["h"] = 3.6e15, ["days"] = 8.64e16,
        ["B"] = 1, ["KiB"] = 1L << 10, ["MiB"] = 1L << 20, ["GiB"] = 1L << 30, ["TiB"] = 1L << 40, ["PiB"] = 1L << 50, ["EiB"] = 1L << 60,
        ["FLOP"] = 1, ["kFLOP"] = 1e3, ["MFLOP"] = 1e6, ["GFLOP"] = 1e9, ["TFLOP"] = 1e12, ["PFLOP"] = 1e15, ["EFLOP"] = 1e18, ["ZFLOP"] = 1e21,
        ["FLOP/s"] = 1, ["kFLOP/s"] = 1e3, ["MFLOP/s"] = 1e6, ["GFLOP/s"] = 1e9, ["TFLOP/s"] = 1e12, ["PFLOP/s"] = 1e15, ["EFLOP/s"] = 1e18,
        ["B/s"] = 1, ["kB/s"] = 1e3, ["MB/s"] = 1e6, ["GB/s"] = 1e9, ["TB/s"] = 1e12, ["PB/s"] = 1e15,
        ["FLOP/B"] = 1, ["µJ"] = 1e-6, ["mJ"] = 1e-3, ["J"] = 1, ["kJ"] = 1e3, ["MJ"] = 1e6, ["GJ"] = 1e9, ["TJ"] = 1e12,
        ["mg"] = 1e-6, ["g"] = 1e-3, ["kg"] = 1, ["t"] = 1e3, ["kt"] = 1e6,
    };

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
