using System.Globalization;

namespace Shardwright.Hardware;

/// <summary>Numbers as reports show them.</summary>
internal static class ScaleText
{
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => Fixed(bytes / (double)(1L << 30), 2) + " GiB",
        >= 1L << 20 => Fixed(bytes / (double)(1L << 20), 2) + " MiB",
        >= 1L << 10 => Fixed(bytes / (double)(1L << 10), 2) + " KiB",
        _ => bytes.ToString(CultureInfo.InvariantCulture) + " B",
    };

    public static string Duration(long picoseconds) => picoseconds switch
    {
        >= 1_000_000_000_000 => Fixed(picoseconds / 1e12, 3) + " s",
        >= 1_000_000_000 => Fixed(picoseconds / 1e9, 3) + " ms",
        _ => Fixed(picoseconds / 1e6, 3) + " us",
    };

    /// <summary>Three digits with k, M or G.</summary>
    public static string Count(double number) => number switch
    {
        >= 1e9 => Fixed(number / 1e9, 2) + " G",
        >= 1e6 => Fixed(number / 1e6, 2) + " M",
        >= 1e3 => Fixed(number / 1e3, 2) + " k",
        _ => Fixed(number, 1),
    };

    public static string Percent(double share) => Fixed(share * 100, 1) + " %";

    public static string Fixed(double number, int digits) => number.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
