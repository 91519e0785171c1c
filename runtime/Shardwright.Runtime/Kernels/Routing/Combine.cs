using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[t, ·] = residual[t, ·] + Σ_i gates[t, i] · returned[slots[t, i], ·]; the sum runs by ascending i and is added to the residual once, the
    /// bits of an addition after it, and the result is rounded as <paramref name="store"/> says. An empty residual is none; y may be the
    /// residual's memory.
    /// </summary>
    /// <exception cref="ArgumentException">A length does not fit the sizes, or a slot lies outside the buffer.</exception>
    public static void Combine(
        ReadOnlySpan<float> returned,
        ReadOnlySpan<int> slots,
        ReadOnlySpan<float> gates,
        Span<float> y,
        int rows,
        int k,
        int columns,
        ReadOnlySpan<float> residual = default,
        Rounding store = default)
    {
        RequireSlots(nameof(Combine), slots, rows, k, columns);
        Require.Length(nameof(Combine), nameof(returned), returned.Length, (long)rows * k * columns);
        Require.Length(nameof(Combine), nameof(gates), gates.Length, (long)rows * k);
        Require.Length(nameof(Combine), nameof(y), y.Length, (long)rows * columns);
        if (!residual.IsEmpty)
            Require.Length(nameof(Combine), nameof(residual), residual.Length, y.Length);
        fixed (float* preturned = returned, pgates = gates, py = y, presidual = residual)
        fixed (int* pslots = slots)
            Rounders.Run(store, new CombineWork(preturned, pslots, pgates, py, presidual, rows, k, columns));
    }

    private readonly struct CombineWork(float* returned, int* slots, float* gates, float* y, float* residual, nint rows, nint k, nint columns) : IRoundedWork
    {
        public void Run<TRounder>(TRounder rounder)
            where TRounder : unmanaged, IRounder
            => Ranges.For(new CombineRows<TRounder>(rounder, returned, slots, gates, y, residual, k, columns), rows, k * columns);
    }

    private readonly struct CombineRows<TRounder>(TRounder rounder, float* returned, int* slots, float* gates, float* y, float* residual, nint k, nint columns)
        : IRangeWork
        where TRounder : unmanaged, IRounder
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    var first = row * k;
                    var sum = Vector512.Create(gates[first]) * Lanes.Load(returned + (slots[first] * columns) + c, left);
                    for (nint i = 1; i < k; i++)
                        sum = Vector512.FusedMultiplyAdd(Vector512.Create(gates[first + i]), Lanes.Load(returned + (slots[first + i] * columns) + c, left), sum);
                    if (residual != null)
                        sum = Lanes.Load(residual + (row * columns) + c, left) + sum;
                    Lanes.Store(rounder.Apply(sum, (row * columns) + c), y + (row * columns) + c, left);
                }
            }
        }
    }
}
