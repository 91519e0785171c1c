using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>A function of one to three elements, written once for 16 lanes.</summary>
internal interface IElementwise
{
    /// <summary>How many of the operands are read: 1, 2 or 3.</summary>
    static abstract int Operands { get; }

    Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c);
}

/// <summary>y[i] = (or +=) function(a[i], b[i], c[i]).</summary>
internal readonly unsafe struct Elementwise<TFunction>(TFunction function, float* a, float* b, float* c, float* y, bool accumulate) : IRangeWork
    where TFunction : unmanaged, IElementwise
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(nint begin, nint end)
    {
        for (var i = begin; i < end; i += Lanes.Count)
        {
            var left = end - i;
            var second = TFunction.Operands > 1 ? Lanes.Load(b + i, left) : default;
            var third = TFunction.Operands > 2 ? Lanes.Load(c + i, left) : default;
            Lanes.Store(function.Apply(Lanes.Load(a + i, left), second, third), y + i, left, accumulate);
        }
    }
}

public static unsafe partial class Kernels
{
    private static void Map<TFunction>(string kernel, TFunction function, ReadOnlySpan<float> x, Span<float> y, bool accumulate)
        where TFunction : unmanaged, IElementwise
    {
        Require.Length(kernel, nameof(y), y.Length, x.Length);
        fixed (float* a = x, to = y)
            Ranges.For(new Elementwise<TFunction>(function, a, null, null, to, accumulate), y.Length, 1);
    }

    private static void Map<TFunction>(string kernel, TFunction function, ReadOnlySpan<float> first, ReadOnlySpan<float> second, Span<float> y, bool accumulate)
        where TFunction : unmanaged, IElementwise
    {
        Require.Length(kernel, nameof(second), second.Length, first.Length);
        Require.Length(kernel, nameof(y), y.Length, first.Length);
        fixed (float* a = first, b = second, to = y)
            Ranges.For(new Elementwise<TFunction>(function, a, b, null, to, accumulate), y.Length, 1);
    }
}
