using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shardwright.Execution;

/// <summary>
/// Elementary functions whose result depends on the element alone, never on its lane. The library's own Exp widens to double and is not always
/// inlined; these stay in registers.
/// </summary>
internal static class VectorMath
{
    /// <summary>e^x within about 1 ulp; 0 below −104, +∞ above 88.73, NaN for NaN. Cephes' reduction (Cody and Waite) and minimax polynomial.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // The second operand wins when one is NaN, so NaN passes both clamps.
        return ExpClamped(Vector512.MinNative(Vector512.Create(89f), Vector512.MaxNative(Vector512.Create(-105f), x)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpClamped(Vector512<float> clamped)
    {
        var n = Vector512.Round(clamped * Vector512.Create(1.44269504088896341f));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return Scale(p, n);
    }

    /// <summary>The bits of <see cref="Exp"/> for x up to 88, as where a maximum was subtracted; without the work of overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpNotLarge(Vector512<float> x) => ExpClamped(Vector512.MaxNative(Vector512.Create(-105f), x));

    /// <summary>1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    /// <summary>tanh x: a minimax polynomial (Cephes) below 0.625, where 1 − 2/(e^2x + 1) would cancel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        var magnitude = Vector512.Abs(x);
        var square = x * x;
        var p = Vector512.Create(-5.70498872745e-3f);
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(2.06390887954e-2f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(-5.37397155531e-2f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(1.33314422036e-1f));
        p = Vector512.FusedMultiplyAdd(p, square, Vector512.Create(-3.33332819422e-1f));
        var near = Vector512.FusedMultiplyAdd(p * square, x, x);
        var far = Vector512<float>.One - Vector512.Create(2f) / (Exp(magnitude + magnitude) + Vector512<float>.One);
        var signed = Vector512.CopySign(far, x);
        return Vector512.ConditionalSelect(Vector512.LessThan(magnitude, Vector512.Create(0.625f)), near, signed);
    }

    // value · 2^n, rounded once also where the result is subnormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scale(Vector512<float> value, Vector512<float> n)
    {
        if (Avx512F.IsSupported)
            return Avx512F.Scale(value, n);
        var exponent = Vector512.ConvertToInt32(n);
        var half = exponent >> 1;
        return value * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> PowerOfTwo(Vector512<int> exponent) => ((exponent + Vector512.Create(127)) << 23).AsSingle();
}
