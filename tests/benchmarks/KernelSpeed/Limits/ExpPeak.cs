using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelSpeed;

/// <summary>
/// The arithmetic limit of element-wise ops on one core: e^x or 1 / (1 + e^−x) of values in registers, nothing loaded or stored. The exponential is the reduction and polynomial of Cephes that the kernels use.
/// </summary>
internal static class ExpPeak
{
    private const int Iterations = 4_000;

    /// <summary>Elements of one burst.</summary>
    public const double ElementsEach = Iterations * 64.0;

    public static void Exponentials() => Burst(Iterations, default(ExponentialFunction));

    public static void Sigmoids() => Burst(Iterations, default(SigmoidFunction));

    // Four independent vectors an iteration; the processor overlaps iterations, since only an addition and an exclusive or join them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static Vector512<int> Burst<TFunction>(int iterations, TFunction function) where TFunction : struct, IFunction
    {
        var (a, b, c, d) = (Vector512.Create(-1f), Vector512.Create(-0.5f), Vector512.Create(0.5f), Vector512.Create(1f));
        var (sa, sb, sc, sd) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        var step = Vector512.Create(1e-4f);
        for (int i = 0; i < iterations; i++)
        {
            sa ^= function.Apply(a).AsInt32();
            sb ^= function.Apply(b).AsInt32();
            sc ^= function.Apply(c).AsInt32();
            sd ^= function.Apply(d).AsInt32();
            a += step;
            b += step;
            c += step;
            d += step;
        }
        return sa ^ sb ^ sc ^ sd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp(Vector512<float> x)
    {
        var clamped = Vector512.MinNative(Vector512.Create(89f), Vector512.MaxNative(Vector512.Create(-105f), x));
        var n = Vector512.Round(clamped * Vector512.Create(1.44269504088896341f));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        return Avx512F.IsSupported ? Avx512F.Scale(p, n) : p * ((Vector512.ConvertToInt32(n) + Vector512.Create(127)) << 23).AsSingle();
    }

    private interface IFunction
    {
        Vector512<float> Apply(Vector512<float> x);
    }

    private readonly struct ExponentialFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> x) => Exp(x);
    }

    private readonly struct SigmoidFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));
    }
}
