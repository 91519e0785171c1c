using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y = x + constant, elementwise.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Shift(ReadOnlySpan<float> x, float constant, Span<float> y)
        => Map(nameof(Shift), new ShiftFunction(constant), x, y, accumulate: false);

    private readonly struct ShiftFunction(float constant) : IElementwise
    {
        public static int Operands => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => a + Vector512.Create(constant);
    }
}
