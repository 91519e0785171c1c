namespace Shardwright.Hardware;

/// <summary>Objects with a rate for each operand format.</summary>
internal static class Formats
{
    /// <summary>Keys in the order of <see cref="OperandFormat"/>.</summary>
    public static readonly string[] Keys = ["float32", "bfloat16", "float8"];

    /// <summary>Keys in the order of <see cref="Float8Kind"/>.</summary>
    public static readonly string[] Float8Keys = ["e4m3", "e4m3fn", "e5m2"];

    /// <summary>Whether a chip takes each eight-bit format: 1 or 0; what a file does not say is taken to be there.</summary>
    public static IReadOnlyList<bool> Float8(Section chip)
    {
        if (!chip.Has("float8"))
            return Array.AsReadOnly(new[] { true, true, true });
        var section = chip.Child("float8", Float8Keys);
        return Array.AsReadOnly(Float8Keys.Select(key => !section.Has(key) || section.Number(key, Measure.Ratio, zero: true) > 0).ToArray());
    }

    /// <summary>FLOP/s by format; a format that is left out or null runs at the rate of bfloat16, into which operands can be widened.</summary>
    public static IReadOnlyList<double> Rates(Section section, out IReadOnlyList<bool> has)
    {
        double fallback = section.Number(Keys[(int)OperandFormat.BFloat16], Measure.FlopPerSecond);
        double[] rates = new double[Keys.Length];
        bool[] found = new bool[Keys.Length];
        for (int i = 0; i < Keys.Length; i++)
        {
            bool isFallback = i == (int)OperandFormat.BFloat16;
            found[i] = isFallback || section.Has(Keys[i]);
            rates[i] = found[i] && !isFallback ? section.Number(Keys[i], Measure.FlopPerSecond) : fallback;
        }

        has = Array.AsReadOnly(found);
        return Array.AsReadOnly(rates);
    }
}
