using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = a / b, elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Divide(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        => Map(nameof(Divide), default(DivideFunction), a, b, y, accumulate: false);

    private readonly struct DivideFunction : IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => a / b;
    }

    /// <summary>db = (or +=) −dy · y / b, the gradient of y = a / b with respect to b.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void DivideGradient(ReadOnlySpan<float> dy, ReadOnlySpan<float> y, ReadOnlySpan<float> b, Span<float> db, bool accumulate = false)
    {
        Require.Length(nameof(DivideGradient), nameof(y), y.Length, dy.Length);
        Require.Length(nameof(DivideGradient), nameof(b), b.Length, dy.Length);
        Require.Length(nameof(DivideGradient), nameof(db), db.Length, dy.Length);
        fixed (float* first = dy, second = y, third = b, to = db)
            Ranges.For(new Elementwise<DivideGradientFunction>(default, first, second, third, to, accumulate), db.Length, 1);
    }

    private readonly struct DivideGradientFunction : IElementwise
    {
        public static int Operands => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => -(a * b) / c;
    }
}
