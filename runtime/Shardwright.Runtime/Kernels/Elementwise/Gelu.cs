using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    private const float GeluScale = 0.7978845608028654f;
    private const float GeluCubic = 0.044715f;

    /// <summary>y = ½ · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), the tanh approximation of Hendrycks and Gimpel (2016), elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Gelu(ReadOnlySpan<float> x, Span<float> y) => Map(nameof(Gelu), default(GeluFunction), x, y, accumulate: false);

    /// <summary>dx = (or +=) dy · the derivative of <see cref="Gelu"/> at x.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void GeluGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate = false)
        => Map(nameof(GeluGradient), default(GeluGradientFunction), x, dy, dx, accumulate);

    private readonly struct GeluFunction : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c)
        {
            var half = Vector512.Create(0.5f) * a;
            return Vector512.FusedMultiplyAdd(half, VectorMath.Tanh(GeluInner(a)), half);
        }
    }

    private readonly struct GeluGradientFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c)
        {
            var tanh = VectorMath.Tanh(GeluInner(a));
            var slope = Vector512.FusedMultiplyAdd(a * a, Vector512.Create(3 * GeluCubic * GeluScale), Vector512.Create(GeluScale));
            var half = Vector512.Create(0.5f);
            var outer = Vector512.FusedMultiplyAdd(half, tanh, half);
            var inner = half * a * Vector512.FusedMultiplyAdd(-tanh, tanh, Vector512<float>.One);
            return b * Vector512.FusedMultiplyAdd(inner, slope, outer);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> GeluInner(Vector512<float> x)
        => x * Vector512.FusedMultiplyAdd(x * x, Vector512.Create(GeluCubic * GeluScale), Vector512.Create(GeluScale));
}
