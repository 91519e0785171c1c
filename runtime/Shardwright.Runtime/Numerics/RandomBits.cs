using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>
/// The random bits of stochastic rounding: bits(key, index) = lowbias32(index + lowbias32(key)) modulo 2³². lowbias32 is the 32-bit integer hash of least measured bias
/// with two multiplications (Wellons, "Prospecting for Hash Functions", 2018, nullprogram.com/blog/2018/07/31): cheap in vector lanes, where Philox is not.
/// </summary>
public static class RandomBits
{
    private const uint First = 0x7FEB352D;
    private const uint Second = 0x846CA68B;

    /// <summary>The 32 bits of one element; rounding uses as many of the upper ones as it needs.</summary>
    public static uint At(uint key, long index) => Mix(unchecked((uint)index + Mix(key)));

    internal static uint Mix(uint x)
    {
        x ^= x >> 16;
        x *= First;
        x ^= x >> 15;
        x *= Second;
        return x ^ (x >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<uint> Mix(Vector512<uint> x)
    {
        x = MixUpper(x);
        return x ^ (x >>> 16);
    }

    /// <summary>Only the upper 16 bits are those of <see cref="Mix(Vector512{uint})"/>: its last step leaves them as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<uint> MixUpper(Vector512<uint> x)
    {
        x ^= x >>> 16;
        x *= Vector512.Create(First);
        x ^= x >>> 15;
        return x * Vector512.Create(Second);
    }
}
