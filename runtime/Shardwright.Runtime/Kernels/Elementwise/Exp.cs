using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = e^x, elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map(nameof(Exp), default(ExpFunction), x, y, accumulate: false);

    /// <summary>dx = (or +=) dy · y.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ExpGradient(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate = false)
        => Map(nameof(ExpGradient), default(ExpGradientFunction), y, dy, dx, accumulate);

    private readonly struct ExpFunction : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => VectorMath.Exp(a);
    }

    private readonly struct ExpGradientFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => b * a;
    }
}
