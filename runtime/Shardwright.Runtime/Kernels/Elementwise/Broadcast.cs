using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y[i] = a[i] + b[(i / repeat) % length]: <c>repeat</c> consecutive elements share one of the <c>length</c> elements of b.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void AddBroadcast(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, int repeat, int length)
        => Broadcast(nameof(AddBroadcast), default(AddFunction), a, b, y, repeat, length, accumulate: false);

    /// <summary>y[i] = (or +=) a[i] · b[(i / repeat) % length].</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void MultiplyBroadcast(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, int repeat, int length, bool accumulate = false)
        => Broadcast(nameof(MultiplyBroadcast), default(MultiplyFunction), a, b, y, repeat, length, accumulate);

    /// <summary>y[i] = a[i] − b[(i / repeat) % length], or b − a when <paramref name="reversed"/>.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void SubtractBroadcast(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, int repeat, int length, bool reversed = false)
    {
        if (reversed)
            Broadcast(nameof(SubtractBroadcast), default(Reversed<SubtractFunction>), a, b, y, repeat, length, accumulate: false);
        else
            Broadcast(nameof(SubtractBroadcast), default(SubtractFunction), a, b, y, repeat, length, accumulate: false);
    }

    /// <summary>y[i] = a[i] / b[(i / repeat) % length], or b / a when <paramref name="reversed"/>.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void DivideBroadcast(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, int repeat, int length, bool reversed = false)
    {
        if (reversed)
            Broadcast(nameof(DivideBroadcast), default(Reversed<DivideFunction>), a, b, y, repeat, length, accumulate: false);
        else
            Broadcast(nameof(DivideBroadcast), default(DivideFunction), a, b, y, repeat, length, accumulate: false);
    }

    private static void Broadcast<TFunction>(
        string kernel,
        TFunction function,
        ReadOnlySpan<float> a,
        ReadOnlySpan<float> b,
        Span<float> y,
        int repeat,
        int length,
        bool accumulate)
        where TFunction : unmanaged, IElementwise
    {
        Require.Positive(kernel, nameof(repeat), repeat);
        Require.Positive(kernel, nameof(length), length);
        Require.Length(kernel, nameof(b), b.Length, length);
        Require.Length(kernel, nameof(y), y.Length, a.Length);
        fixed (float* pa = a, pb = b, py = y)
        {
            // Repeat 1 shares a whole row of b; otherwise a run of y shares one element.
            var run = repeat == 1 ? length : repeat;
            var work = new BroadcastRuns<TFunction>(function, pa, pb, py, y.Length, repeat, length, accumulate);
            Ranges.For(work, (y.Length + (nint)run - 1) / run, run);
        }
    }

    private readonly struct Reversed<TFunction> : IElementwise
        where TFunction : unmanaged, IElementwise
    {
        public static int Operands => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) => default(TFunction).Apply(b, a, c);
    }

    private readonly struct BroadcastRuns<TFunction>(TFunction function, float* a, float* b, float* y, nint total, nint repeat, nint length, bool accumulate) : IRangeWork
        where TFunction : unmanaged, IElementwise
    {
        public void Run(nint begin, nint end)
        {
            var run = repeat == 1 ? length : repeat;
            for (var group = begin; group < end; group++)
            {
                var first = group * run;
                var count = Math.Min(run, total - first);
                if (repeat == 1)
                    new Elementwise<TFunction>(function, a + first, b, null, y + first, accumulate).Run(0, count);
                else
                    Share(a + first, b[group % length], y + first, count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Share(float* from, float shared, float* to, nint count)
        {
            var second = Vector512.Create(shared);
            for (nint i = 0; i < count; i += Lanes.Count)
                Lanes.Store(function.Apply(Lanes.Load(from + i, count - i), second, default), to + i, count - i, accumulate);
        }
    }
}
