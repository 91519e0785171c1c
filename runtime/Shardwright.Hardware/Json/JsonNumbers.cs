using System.Globalization;

namespace Shardwright.Hardware.Json;

/// <summary>Numbers as text that reads back to the same double, the same on every runtime.</summary>
internal static class JsonNumbers
{
    /// <summary>
    /// 15 significant digits where they suffice, else 17. "R" is not used: .NET prints the shortest text, .NET Framework 15 or 17 digits, and a report must not depend on who wrote it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Infinity and NaN have no form in JSON.</exception>
    public static string Format(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "JSON has no infinity and no NaN");
        if (value == 0)
            return 1 / value < 0 ? "-0" : "0";
        string written = value.ToString("E14", CultureInfo.InvariantCulture);
        if (double.Parse(written, CultureInfo.InvariantCulture) != value)
            written = value.ToString("E16", CultureInfo.InvariantCulture);

        int e = written.IndexOf('E');
        int exponent = int.Parse(written.Substring(e + 1), CultureInfo.InvariantCulture);
        string sign = value < 0 ? "-" : "";
        string digits = written.Substring(sign.Length, e - sign.Length).Replace(".", "").TrimEnd('0');
        return sign + Place(digits, exponent);
    }

    private static string Place(string digits, int exponent)
    {
        if (exponent is < -5 or > 15)
            return (digits.Length == 1 ? digits : digits.Insert(1, ".")) + "e" + exponent.ToString(CultureInfo.InvariantCulture);
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        return digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0') : digits.Insert(exponent + 1, ".");
    }
}
