using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = 1 / x, elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Reciprocal(ReadOnlySpan<float> x, Span<float> y) => Map(nameof(Reciprocal), default(ReciprocalFunction), x, y, accumulate: false);

    /// <summary>dx = (or +=) −dy · y².</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ReciprocalGradient(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate = false)
        => Map(nameof(ReciprocalGradient), default(ReciprocalGradientFunction), y, dy, dx, accumulate);

    private readonly struct ReciprocalFunction : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512<float>.One / a;
    }

    private readonly struct ReciprocalGradientFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => -(b * (a * a));
    }
}
