namespace Shardwright.Hardware;

/// <summary>What a number of a machine file measures.</summary>
internal enum Measure
{
    Count,
    Ratio,
    Bytes,
    BytesPerSecond,
    FlopPerSecond,
    Flop,
    Hertz,
    Seconds,
    ElementsPerSecond,
    Watts,
    DollarsPerHour,
    KilogramsPerKilowattHour,
    Kilograms,
    Hours,
}

/// <summary>Units by measure: what a file may write, the factor to the unit that the program uses, and the largest value that makes sense.</summary>
internal static class Units
{
    private static readonly (string Prefix, double Factor)[] Decimal = [("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15)];
    private static readonly (string Prefix, double Factor)[] Binary = [("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40)];

    private static readonly string[] Things = ["cores", "chips", "instances", "racks", "ranks", "rows", "columns", "cycles", "units"];

    /// <summary>The unit that the program uses.</summary>
    public static string Base(Measure measure) => measure switch
    {
        Measure.Count => "units",
        Measure.Ratio => "1",
        Measure.Bytes => "B",
        Measure.BytesPerSecond => "B/s",
        Measure.FlopPerSecond => "FLOP/s",
        Measure.Flop => "FLOP",
        Measure.Hertz => "Hz",
        Measure.Seconds => "s",
        Measure.ElementsPerSecond => "elements/s",
        Measure.Watts => "W",
        Measure.DollarsPerHour => "USD/h",
        Measure.KilogramsPerKilowattHour => "kg/kWh",
        Measure.Kilograms => "kg",
        _ => "h",
    };

    /// <summary>Above this a value is taken for a slip of a prefix.</summary>
    public static double Most(Measure measure) => measure switch
    {
        Measure.Count => 1e6,
        Measure.Ratio => 10,
        Measure.Bytes => 1e14,
        Measure.BytesPerSecond => 1e15,
        Measure.FlopPerSecond => 1e19,
        Measure.Flop => 1e15,
        Measure.Hertz => 1e11,
        Measure.Seconds => 1,
        Measure.ElementsPerSecond => 1e16,
        Measure.Watts => 1e5,
        Measure.DollarsPerHour => 1e5,
        Measure.KilogramsPerKilowattHour => 10,
        Measure.Kilograms => 1e6,
        _ => 1e9,
    };

    /// <summary>The factor from <paramref name="unit"/> to the program's unit; null when it is no unit of the measure.</summary>
    public static double? Factor(Measure measure, string unit) => measure switch
    {
        Measure.Count => Array.IndexOf(Things, unit) >= 0 ? 1 : null,
        Measure.Ratio => unit switch { "1" => 1, "%" => 0.01, _ => null },
        Measure.Bytes => Prefixed(unit, "B", Decimal) ?? Prefixed(unit, "B", Binary),
        Measure.BytesPerSecond => Prefixed(unit, "B/s", Decimal) ?? Prefixed(unit, "B/s", Binary) ?? Prefixed(unit, "b/s", Decimal) / 8,
        Measure.Seconds => unit switch { "s" => 1, "ms" => 1e-3, "us" => 1e-6, "ns" => 1e-9, "ps" => 1e-12, _ => null },
        Measure.Watts => Prefixed(unit, "W", Decimal),
        Measure.KilogramsPerKilowattHour => unit switch { "kg/kWh" => 1, "g/kWh" => 1e-3, _ => null },
        Measure.Kilograms => unit switch { "kg" => 1, "t" => 1e3, _ => null },
        Measure.Hours => unit switch { "h" => 1, "years" => 365 * 24, _ => null },
        Measure.DollarsPerHour => unit == "USD/h" ? 1 : null,
        _ => Prefixed(unit, Base(measure), Decimal),
    };

    /// <summary>Units that a file may write, for messages.</summary>
    public static string Examples(Measure measure) => measure switch
    {
        Measure.Count => string.Join(", ", Things),
        Measure.Ratio => "1 or %",
        Measure.Bytes => "B, KiB, MiB, GiB, kB, MB, GB",
        Measure.BytesPerSecond => "B/s, GB/s, TB/s, GiB/s, Gb/s",
        Measure.FlopPerSecond => "FLOP/s, GFLOP/s, TFLOP/s, PFLOP/s",
        Measure.Flop => "FLOP, GFLOP, TFLOP",
        Measure.Hertz => "Hz, MHz, GHz",
        Measure.Seconds => "s, ms, us, ns, ps",
        Measure.ElementsPerSecond => "elements/s, Gelements/s, Telements/s",
        Measure.Watts => "W, kW",
        Measure.KilogramsPerKilowattHour => "kg/kWh, g/kWh",
        Measure.Kilograms => "kg, t",
        Measure.Hours => "h, years",
        _ => "USD/h",
    };

    private static double? Prefixed(string unit, string suffix, (string Prefix, double Factor)[] prefixes)
    {
        foreach ((string prefix, double factor) in prefixes)
        {
            if (unit == prefix + suffix)
                return factor;
        }

        return null;
    }
}
