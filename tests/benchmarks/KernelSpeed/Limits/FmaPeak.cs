using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelSpeed;

/// <summary>The arithmetic limit of one core: independent fused multiply-adds on registers alone, in the widest vectors that the machine computes in hardware.</summary>
internal static class FmaPeak
{
    private const int Iterations = 40_000;

    /// <summary>Floating-point operations of one <see cref="Burst"/>: two for each multiply-add and lane.</summary>
    public static double FlopsEach => Vector512.IsHardwareAccelerated ? 2.0 * Iterations * 24 * 16 : 2.0 * Iterations * 12 * 8;

    /// <summary>About a tenth of a millisecond of multiply-adds.</summary>
    public static void Burst()
    {
        if (Vector512.IsHardwareAccelerated)
            Wide(Iterations);
        else
            Narrow(Iterations);
    }

    // 24 accumulators hide a latency of up to 12 cycles at two a cycle; 12 fit the 16 registers of AVX2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Vector512<float> Wide(int iterations)
    {
        var x = Vector512.Create(0.5f);
        var y = Vector512.Create(0.25f);
        var c0 = Vector512<float>.Zero;
        var c1 = c0;
        var c2 = c0;
        var c3 = c0;
        var c4 = c0;
        var c5 = c0;
        var c6 = c0;
        var c7 = c0;
        var c8 = c0;
        var c9 = c0;
        var c10 = c0;
        var c11 = c0;
        var c12 = c0;
        var c13 = c0;
        var c14 = c0;
        var c15 = c0;
        var c16 = c0;
        var c17 = c0;
        var c18 = c0;
        var c19 = c0;
        var c20 = c0;
        var c21 = c0;
        var c22 = c0;
        var c23 = c0;
        for (int i = 0; i < iterations; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(x, y, c0);
            c1 = Vector512.FusedMultiplyAdd(x, y, c1);
            c2 = Vector512.FusedMultiplyAdd(x, y, c2);
            c3 = Vector512.FusedMultiplyAdd(x, y, c3);
            c4 = Vector512.FusedMultiplyAdd(x, y, c4);
            c5 = Vector512.FusedMultiplyAdd(x, y, c5);
            c6 = Vector512.FusedMultiplyAdd(x, y, c6);
            c7 = Vector512.FusedMultiplyAdd(x, y, c7);
            c8 = Vector512.FusedMultiplyAdd(x, y, c8);
            c9 = Vector512.FusedMultiplyAdd(x, y, c9);
            c10 = Vector512.FusedMultiplyAdd(x, y, c10);
            c11 = Vector512.FusedMultiplyAdd(x, y, c11);
            c12 = Vector512.FusedMultiplyAdd(x, y, c12);
            c13 = Vector512.FusedMultiplyAdd(x, y, c13);
            c14 = Vector512.FusedMultiplyAdd(x, y, c14);
            c15 = Vector512.FusedMultiplyAdd(x, y, c15);
            c16 = Vector512.FusedMultiplyAdd(x, y, c16);
            c17 = Vector512.FusedMultiplyAdd(x, y, c17);
            c18 = Vector512.FusedMultiplyAdd(x, y, c18);
            c19 = Vector512.FusedMultiplyAdd(x, y, c19);
            c20 = Vector512.FusedMultiplyAdd(x, y, c20);
            c21 = Vector512.FusedMultiplyAdd(x, y, c21);
            c22 = Vector512.FusedMultiplyAdd(x, y, c22);
            c23 = Vector512.FusedMultiplyAdd(x, y, c23);
        }
        return c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11
            + c12 + c13 + c14 + c15 + c16 + c17 + c18 + c19 + c20 + c21 + c22 + c23;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Vector256<float> Narrow(int iterations)
    {
        var x = Vector256.Create(0.5f);
        var y = Vector256.Create(0.25f);
        var c0 = Vector256<float>.Zero;
        var c1 = c0;
        var c2 = c0;
        var c3 = c0;
        var c4 = c0;
        var c5 = c0;
        var c6 = c0;
        var c7 = c0;
        var c8 = c0;
        var c9 = c0;
        var c10 = c0;
        var c11 = c0;
        for (int i = 0; i < iterations; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(x, y, c0);
            c1 = Vector256.FusedMultiplyAdd(x, y, c1);
            c2 = Vector256.FusedMultiplyAdd(x, y, c2);
            c3 = Vector256.FusedMultiplyAdd(x, y, c3);
            c4 = Vector256.FusedMultiplyAdd(x, y, c4);
            c5 = Vector256.FusedMultiplyAdd(x, y, c5);
            c6 = Vector256.FusedMultiplyAdd(x, y, c6);
            c7 = Vector256.FusedMultiplyAdd(x, y, c7);
            c8 = Vector256.FusedMultiplyAdd(x, y, c8);
            c9 = Vector256.FusedMultiplyAdd(x, y, c9);
            c10 = Vector256.FusedMultiplyAdd(x, y, c10);
            c11 = Vector256.FusedMultiplyAdd(x, y, c11);
        }
        return c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11;
    }
}
