using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = x · σ(x), elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Silu(ReadOnlySpan<float> x, Span<float> y) => Map(nameof(Silu), default(SiluFunction), x, y, accumulate: false);

    /// <summary>dx = (or +=) dy · (σ + x·σ·(1 − σ)) with σ = σ(x).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void SiluGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate = false)
        => Map(nameof(SiluGradient), default(SiluGradientFunction), x, dy, dx, accumulate);

    private readonly struct SiluFunction : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => a * VectorMath.Sigmoid(a);
    }

    private readonly struct SiluGradientFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c)
        {
            var sigmoid = VectorMath.Sigmoid(a);
            return b * Vector512.FusedMultiplyAdd(a * sigmoid, Vector512<float>.One - sigmoid, sigmoid);
        }
    }
}
