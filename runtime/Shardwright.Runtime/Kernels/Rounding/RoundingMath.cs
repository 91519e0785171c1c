using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// Rounding of 16 lanes, to be inlined into other kernels' stores. Stochastic variants take 32 random bits a lane, of which they use the upper ones. All formats share
/// one rule: round as if the exponent had no upper end, then apply the format's overflow. So a finite value above the largest finite one may become infinity where it is
/// at least half a step above it (nearest), or with the probability of its distance (stochastic).
/// </summary>
internal static class RoundingMath
{
    private const uint Sign = 0x8000_0000;
    private const uint Quiet = 0x0040_0000;
    private const uint Upper = 0xFFFF_0000;
    private const uint Infinity = 0x7F80_0000;
    private const int ExponentShift = 23;

    /// <summary>bf16, ties to even. NaN keeps its sign and the upper part of its payload and becomes quiet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NearestBFloat16(Vector512<float> x)
    {
        var bits = x.AsUInt32();
        var even = (bits >>> 16) & Vector512<uint>.One;
        return Cut(x, bits + (even + Vector512.Create(0x7FFFu)));
    }

    /// <summary>bf16: 16 random bits are added below the last one that stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> StochasticBFloat16(Vector512<float> x, Vector512<uint> random) => Cut(x, x.AsUInt32() + (random >>> 16));

    /// <summary>An eight-bit format, ties to even. NaN keeps its sign and becomes quiet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Nearest<TFormat>(Vector512<float> x)
        where TFormat : ISmallFormat
    {
        // c = 2^23 steps: adding it makes the float32 addition itself round at the step of the format, ties to even, subnormals included.
        var magnitude = Cap<TFormat>(x);
        var exponent = Vector512.Max(magnitude & Vector512.Create((int)Infinity), Bits(TFormat.SmallestNormal));
        var c = (exponent + Vector512.Create((ExponentShift - TFormat.FractionBits) << ExponentShift)).AsSingle();
        return Finish<TFormat>(x, (magnitude.AsSingle() + c) - c);
    }

    /// <summary>An eight-bit format: random bits are added below the last one that stays. NaN keeps its sign and becomes quiet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Stochastic<TFormat>(Vector512<float> x, Vector512<uint> random)
        where TFormat : ISmallFormat
    {
        // Lifted by the smallest normal, a subnormal has the step of the format at the same bit as a normal.
        var dropped = ExponentShift - TFormat.FractionBits;
        var normal = Vector512.Create(TFormat.SmallestNormal);
        var magnitude = Cap<TFormat>(x).AsSingle();
        var lift = Vector512.ConditionalSelect(Vector512.LessThan(magnitude, normal), normal, Vector512<float>.Zero);
        var sum = (magnitude + lift).AsUInt32() + (random >>> (9 + TFormat.FractionBits));
        return Finish<TFormat>(x, (sum & Vector512.Create(~0u << dropped)).AsSingle() - lift);
    }

    // Compared as integers, infinity and NaN are larger than the limit too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Cap<TFormat>(Vector512<float> x)
        where TFormat : ISmallFormat
        => Vector512.Min(Vector512.Abs(x).AsInt32(), Bits(TFormat.Limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Cut(Vector512<float> x, Vector512<uint> carried)
        => (Vector512.ConditionalSelect(IsNumber(x).AsUInt32(), carried, x.AsUInt32() | Vector512.Create(Quiet)) & Vector512.Create(Upper)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Finish<TFormat>(Vector512<float> x, Vector512<float> magnitude)
        where TFormat : ISmallFormat
    {
        // What reached the limit is too large, infinite or NaN: adding infinity makes it infinite or a quiet NaN.
        if (TFormat.HasInfinity)
        {
            var fits = Vector512.LessThan(magnitude, Vector512.Create(TFormat.Limit));
            magnitude = Vector512.ConditionalSelect(fits, magnitude, Vector512.Abs(x) + Vector512.Create(float.PositiveInfinity));
        }
        else
        {
            magnitude = Vector512.ConditionalSelect(IsNumber(x), magnitude, x | Vector512.Create(Quiet).AsSingle());
        }

        return magnitude | (x & Vector512.Create(Sign).AsSingle());
    }

    // AVX2 has no comparison for "not equal": IsNaN would be this one inverted.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> IsNumber(Vector512<float> x) => Vector512.Equals(x, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Bits(float value) => Vector512.Create(BitConverter.SingleToInt32Bits(value));
}
