namespace Shardwright.Tests.Formats;

/// <summary>
/// A number format as the list of its finite magnitudes, in double, from the definition (1 + fraction) · 2^(field − bias); rounding by comparison with the middle of two
/// neighbours. It shares no code and no bit trick with the kernels.
/// </summary>
internal sealed class FormatTable
{
    private readonly double[] magnitudes;

    private FormatTable(NumberFormat format, int fractionBits, int bias, int finiteCodes, bool hasInfinity)
    {
        (Format, HasInfinity) = (format, hasInfinity);
        // One more than there are finite codes: where the next value would be if the exponent went on.
        magnitudes = new double[finiteCodes + 1];
        for (var code = 0; code <= finiteCodes; code++)
        {
            var (field, fraction) = Math.DivRem(code, 1 << fractionBits);
            var part = fraction / (double)(1 << fractionBits);
            magnitudes[code] = field == 0 ? part * Math.Pow(2, 1 - bias) : (1 + part) * Math.Pow(2, field - bias);
        }
    }

    public static IEnumerable<FormatTable> All { get; } =
    [
        new(NumberFormat.BFloat16, 7, 127, 0x7F80, hasInfinity: true),
        new(NumberFormat.Float8E4M3, 3, 7, 0x78, hasInfinity: true),
        new(NumberFormat.Float8E4M3Fn, 3, 7, 0x7F, hasInfinity: false),
        new(NumberFormat.Float8E5M2, 2, 15, 0x7C, hasInfinity: true),
    ];

    public NumberFormat Format { get; }

    public bool HasInfinity { get; }

    public int FiniteCodes => magnitudes.Length - 1;

    public double LargestFinite => magnitudes[^2];

    /// <summary>The magnitudes from zero on; the last is the one that does not exist.</summary>
    public ReadOnlySpan<double> Magnitudes => magnitudes;

    public static FormatTable Of(NumberFormat format) => All.Single(t => t.Format == format);

    public float Nearest(float x)
    {
        if (float.IsNaN(x))
            return float.NaN;
        var lower = LowerCode(Math.Abs((double)x));
        if (lower == FiniteCodes)
            return Signed(lower, x);
        var middle = (magnitudes[lower] + magnitudes[lower + 1]) / 2;
        var magnitude = Math.Abs((double)x);
        var up = magnitude > middle || (magnitude == middle && lower % 2 == 1);
        return Signed(up ? lower + 1 : lower, x);
    }

    /// <summary>The two results that stochastic rounding may have, equal when x is exact, and the probability of the upper magnitude.</summary>
    public (float Lower, float Upper, double Probability) Neighbours(float x)
    {
        var magnitude = Math.Abs((double)x);
        var lower = LowerCode(magnitude);
        if (lower == FiniteCodes || magnitudes[lower] == magnitude)
            return (Signed(lower, x), Signed(lower, x), 0);
        var probability = (magnitude - magnitudes[lower]) / (magnitudes[lower + 1] - magnitudes[lower]);
        return (Signed(lower, x), Signed(lower + 1, x), probability);
    }

    /// <summary>Inputs that a rounding may get wrong: every finite code, every tie, both with their float32 neighbours, thresholds, subnormals, infinities, NaN.</summary>
    public float[] Edges()
    {
        var edges = new List<float>
        {
            0, float.Epsilon, BitConverter.UInt32BitsToSingle(0x007FFFFF), BitConverter.UInt32BitsToSingle(0x00800000), float.MaxValue, float.PositiveInfinity,
            BitConverter.UInt32BitsToSingle(0x7F800001), BitConverter.UInt32BitsToSingle(0x7F80FFFF), BitConverter.UInt32BitsToSingle(0x7FC00000), BitConverter.UInt32BitsToSingle(0x7FFFFFFF),
        };
        for (var code = 0; code < FiniteCodes; code++)
        {
            AddWithNeighbours(edges, (float)magnitudes[code]);
            AddWithNeighbours(edges, (float)((magnitudes[code] + magnitudes[code + 1]) / 2));
        }

        AddWithNeighbours(edges, (float)magnitudes[^1]);
        return [.. edges, .. edges.Select(x => -x)];
    }

    private static void AddWithNeighbours(List<float> edges, float x)
    {
        edges.Add(x);
        edges.Add(MathF.BitDecrement(x));
        edges.Add(MathF.BitIncrement(x));
    }

    private int LowerCode(double magnitude)
    {
        var at = Array.BinarySearch(magnitudes, magnitude);
        return at >= 0 ? at : ~at - 1;
    }

    private float Signed(int code, float signOf)
    {
        var magnitude = code < FiniteCodes ? magnitudes[code] : HasInfinity ? double.PositiveInfinity : LargestFinite;
        return (float)Math.CopySign(magnitude, signOf);
    }
}
