namespace Shardwright.Hardware;

/// <summary>Objects with a rate for each operand format.</summary>
internal static class Formats
{
    /// <summary>Keys in the order of <see cref="OperandFormat"/>.</summary>
    public static readonly string[] Keys = ["float32", "bfloat16", "float8"];

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
