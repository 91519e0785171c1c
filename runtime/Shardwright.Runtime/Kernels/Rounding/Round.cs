using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// Rounds every element in place. Element i uses the random bits of index <c>rounding.First + i</c>, so neither threads nor cutting the span changes a bit. NaN stays
    /// NaN, of its sign and quiet; −0 stays −0; what overflows becomes infinity, or ±448 in <see cref="NumberFormat.Float8E4M3Fn"/>, which has none.
    /// </summary>
    public static void Round(Span<float> y, Rounding rounding)
    {
        if (rounding.IsNone)
            return;
        fixed (float* to = y)
            Rounders.Run(rounding, new RoundWork(to, y.Length));
    }

    private readonly struct RoundWork(float* y, nint length) : IRoundedWork
    {
        public void Run<TRounder>(TRounder rounder)
            where TRounder : unmanaged, IRounder
            => Ranges.For(new RoundElements<TRounder>(rounder, y), length, 1);
    }

    private readonly struct RoundElements<TRounder>(TRounder rounder, float* y) : IRangeWork
        where TRounder : unmanaged, IRounder
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            // Four vectors at a time hide the latency of one; the shared Lanes.Load would ask at each whether it is the last.
            var to = y;
            var i = begin;
            for (; i + (4 * Lanes.Count) <= end; i += 4 * Lanes.Count)
            {
                var first = rounder.Apply(Vector512.Load(to + i), i);
                var second = rounder.Apply(Vector512.Load(to + i + Lanes.Count), i + Lanes.Count);
                var third = rounder.Apply(Vector512.Load(to + i + (2 * Lanes.Count)), i + (2 * Lanes.Count));
                var fourth = rounder.Apply(Vector512.Load(to + i + (3 * Lanes.Count)), i + (3 * Lanes.Count));
                first.Store(to + i);
                second.Store(to + i + Lanes.Count);
                third.Store(to + i + (2 * Lanes.Count));
                fourth.Store(to + i + (3 * Lanes.Count));
            }

            for (; i < end; i += Lanes.Count)
                Lanes.Store(rounder.Apply(Lanes.Load(to + i, end - i), i), to + i, end - i);
        }
    }
}
