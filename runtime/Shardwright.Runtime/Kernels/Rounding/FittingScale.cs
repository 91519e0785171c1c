using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// The power of two s with which operands of an eight-bit product are scaled: the largest one for which max · s does not exceed the format's largest finite value, and at
/// most 2¹²⁶. Multiplying by s and by 1/s is exact, so y = fp8(x · s) / s differs from x by one rounding only.
/// </summary>
internal static class FittingScale
{
    private const int Bias = 127;
    private const int LargestExponent = 126; // its inverse is still a normal number
    private const int ExponentShift = 23;

    /// <summary>The largest magnitude so far. Infinity and NaN do not count: they would take all precision from the rest of their row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Largest(Vector512<float> largest, Vector512<float> x)
    {
        var magnitude = Vector512.Abs(x);
        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(float.PositiveInfinity)), Vector512.MaxNative(largest, magnitude), largest);
    }

    /// <summary>s and 1/s for each lane's largest magnitude.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<float> Scale, Vector512<float> Inverse) For<TFormat>(Vector512<float> largest)
        where TFormat : ISmallFormat
    {
        // Positive floats order as their bits do, so this is the exponent of the largest power of two that keeps max · s from exceeding the largest finite value.
        var room = (Vector512.Create(BitConverter.SingleToInt32Bits(TFormat.LargestFinite)) - largest.AsInt32()) >> ExponentShift;
        var exponent = Vector512.Min(room, Vector512.Create(LargestExponent));
        var bias = Vector512.Create(Bias);
        return (((bias + exponent) << ExponentShift).AsSingle(), ((bias - exponent) << ExponentShift).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round<TFormat>(Vector512<float> x, Vector512<float> scale, Vector512<float> inverse)
        where TFormat : ISmallFormat
        => RoundingMath.Nearest<TFormat>(x * scale) * inverse;
}
