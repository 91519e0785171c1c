using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = (or +=) factor · x, elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Scale(ReadOnlySpan<float> x, float factor, Span<float> y, bool accumulate = false)
        => Map(nameof(Scale), new ScaleFunction(factor), x, y, accumulate);

    private readonly struct ScaleFunction(float factor) : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => a * Vector512.Create(factor);
    }
}
