using System.Runtime.CompilerServices;

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
            for (var i = begin; i < end; i += Lanes.Count)
            {
                var left = end - i;
                Lanes.Store(rounder.Apply(Lanes.Load(y + i, left), i), y + i, left);
            }
        }
    }
}
