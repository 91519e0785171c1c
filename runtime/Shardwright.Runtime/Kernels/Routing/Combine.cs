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
                nint c = 0;
                for (; c <= columns - (4 * Lanes.Count); c += 4 * Lanes.Count)
                    Four(row, c);
                for (; c <= columns - Lanes.Count; c += Lanes.Count)
                    One(row, c, Lanes.Count);
                if (c < columns)
                    One(row, c, columns - c);
            }
        }

        // Four vectors for each look at a slot and a gate.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Four(nint row, nint c)
        {
            var from = returned + (slots[row * k] * columns) + c;
            var gate = Vector512.Create(gates[row * k]);
            var (s0, s1) = (gate * Vector512.Load(from), gate * Vector512.Load(from + 16));
            var (s2, s3) = (gate * Vector512.Load(from + 32), gate * Vector512.Load(from + 48));
            for (var copy = (row * k) + 1; copy < (row + 1) * k; copy++)
            {
                from = returned + (slots[copy] * columns) + c;
                gate = Vector512.Create(gates[copy]);
                s0 = Vector512.FusedMultiplyAdd(gate, Vector512.Load(from), s0);
                s1 = Vector512.FusedMultiplyAdd(gate, Vector512.Load(from + 16), s1);
                s2 = Vector512.FusedMultiplyAdd(gate, Vector512.Load(from + 32), s2);
                s3 = Vector512.FusedMultiplyAdd(gate, Vector512.Load(from + 48), s3);
            }

            var at = (row * columns) + c;
            Store(s0, at, Lanes.Count);
            Store(s1, at + 16, Lanes.Count);
            Store(s2, at + 32, Lanes.Count);
            Store(s3, at + 48, Lanes.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void One(nint row, nint c, nint left)
        {
            var sum = Vector512.Create(gates[row * k]) * Lanes.Load(returned + (slots[row * k] * columns) + c, left);
            for (var copy = (row * k) + 1; copy < (row + 1) * k; copy++)
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(gates[copy]), Lanes.Load(returned + (slots[copy] * columns) + c, left), sum);
            Store(sum, (row * columns) + c, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Store(Vector512<float> sum, nint at, nint left)
        {
            if (residual != null)
                sum = Lanes.Load(residual + at, left) + sum;
            Lanes.Store(rounder.Apply(sum, at), y + at, left);
        }
    }
}
