using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = 1 / (1 + e^−x), elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => Map(nameof(Sigmoid), default(SigmoidFunction), x, y, accumulate: false);

    /// <summary>dx = (or +=) dy · y · (1 − y).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void SigmoidGradient(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate = false)
        => Map(nameof(SigmoidGradient), default(SigmoidGradientFunction), y, dy, dx, accumulate);

    private readonly struct SigmoidFunction : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => VectorMath.Sigmoid(a);
    }

    private readonly struct SigmoidGradientFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => b * (a * (Vector512<float>.One - a));
    }
}
