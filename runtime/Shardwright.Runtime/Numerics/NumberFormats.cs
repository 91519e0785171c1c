namespace Shardwright;

/// <summary>The codes of the low formats, one number at a time: what the vectorised kernels mean, in plain arithmetic.</summary>
public static class NumberFormats
{
    /// <summary>The bits of a code: 32, 16 or 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static int Bits(NumberFormat format) => format switch
    {
        NumberFormat.Float32 => 32,
        NumberFormat.BFloat16 => 16,
        _ => Layout.Of(format).Bits,
    };

    /// <summary>The largest finite value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static float LargestFinite(NumberFormat format)
        => format == NumberFormat.Float32 ? float.MaxValue : Decode((ushort)(Layout.Of(format).FiniteCodes - 1), format);

    /// <summary>The code of the nearest value, ties to even; sign bit first, 16 bits for bf16, else 8. NaN becomes the quiet NaN of its sign, in bf16 with the upper part of its payload.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is Float32, whose codes are the float's own bits, or there is no such format.</exception>
    public static ushort Encode(float value, NumberFormat format)
    {
        var layout = Layout.Of(format);
        var sign = float.IsNegative(value) ? 1 << (layout.Bits - 1) : 0;
        if (float.IsNaN(value))
        {
            var payload = format == NumberFormat.BFloat16 ? (int)(BitConverter.SingleToUInt32Bits(value) >> 16) & 0x3F | 0x7FC0 : 0x7F;
            return (ushort)(sign | payload);
        }

        return (ushort)(sign | Math.Min(Magnitude(Math.Abs((double)value), layout), layout.HasInfinity ? layout.FiniteCodes : layout.FiniteCodes - 1));
    }

    /// <summary>The value of a code. NaN codes of eight bits give the quiet NaN of their sign.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is Float32 or unknown, or the code has more bits than the format.</exception>
    public static float Decode(ushort code, NumberFormat format)
    {
        if (format == NumberFormat.BFloat16)
            return BitConverter.UInt32BitsToSingle((uint)code << 16);
        var layout = Layout.Of(format);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, (1 << layout.Bits) - 1);
        var magnitude = code & ((1 << (layout.Bits - 1)) - 1);
        var (field, fraction) = Math.DivRem(magnitude, 1 << layout.FractionBits);
        var value = field == 0
            ? Math.ScaleB(fraction, layout.SmallestExponent - layout.FractionBits)
            : Math.ScaleB(fraction + (1 << layout.FractionBits), layout.SmallestExponent + field - 1 - layout.FractionBits);
        if (magnitude >= layout.FiniteCodes)
            value = layout.HasInfinity && magnitude == layout.FiniteCodes ? double.PositiveInfinity : double.NaN;
        // .NET's own NaN has its sign set.
        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)value) & 0x7FFF_FFFF | (magnitude == code ? 0 : 0x8000_0000));
    }

    // Codes of positive values count upwards, through subnormals, normals and the carry from one exponent to the next.
    private static int Magnitude(double value, Layout layout)
    {
        var exponent = Math.ILogB(value); // int.MinValue for zero, int.MaxValue for infinity
        if (exponent > layout.LargestExponent)
            return layout.FiniteCodes;
        exponent = Math.Max(exponent, layout.SmallestExponent);
        var steps = (int)Math.Round(Math.ScaleB(value, layout.FractionBits - exponent), MidpointRounding.ToEven);
        return ((exponent - layout.SmallestExponent) << layout.FractionBits) + steps;
    }

    /// <summary>What defines a format: exponents of the normals, and how many codes from 0 on are finite.</summary>
    private readonly record struct Layout(int Bits, int FractionBits, int SmallestExponent, int LargestExponent, int FiniteCodes, bool HasInfinity)
    {
        public static Layout Of(NumberFormat format) => format switch
        {
            NumberFormat.BFloat16 => new(16, 7, -126, 127, 0x7F80, true),
            NumberFormat.Float8E4M3 => new(8, 3, -6, 7, 0x78, true),
            NumberFormat.Float8E4M3Fn => new(8, 3, -6, 8, 0x7F, false),
            NumberFormat.Float8E5M2 => new(8, 2, -14, 15, 0x7C, true),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "NumberFormats: need bf16 or an eight-bit format."),
        };
    }
}
