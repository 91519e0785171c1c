namespace Shardwright.Training.Tests.Interpretation;

/// <summary>Rounding to 8 significant bits by arithmetic, not by bits: what the kernels do must come out the same.</summary>
internal static class BFloat16
{
    public static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value))
            return value;
        var unit = Math.Pow(2, Math.Max(Math.Floor(Math.Log2(Math.Abs(value))), -126) - 7);
        return Math.Round(value / unit, MidpointRounding.ToEven) * unit;
    }
}
