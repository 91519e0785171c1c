using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = tanh x, elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> y) => Map(nameof(Tanh), default(TanhFunction), x, y, accumulate: false);

    /// <summary>dx = (or +=) dy · (1 − y²).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void TanhGradient(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate = false)
        => Map(nameof(TanhGradient), default(TanhGradientFunction), y, dy, dx, accumulate);

    private readonly struct TanhFunction : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => VectorMath.Tanh(a);
    }

    private readonly struct TanhGradientFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => b * Vector512.FusedMultiplyAdd(-a, a, Vector512<float>.One);
    }
}
