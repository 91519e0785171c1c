using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// dx = (or +=) inverseDeviation · (g − mean_c g − n · mean_c(g·n)) with g = gain·dy and n = (x − mean) · inverseDeviation.
    /// </summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void LayerNormGradient(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> inverseDeviation,
        ReadOnlySpan<float> dy,
        Span<float> dx,
        int rows,
        int columns,
        bool accumulate = false)
    {
        RequireRows(nameof(LayerNormGradient), rows, columns);
        Require.Length(nameof(LayerNormGradient), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(LayerNormGradient), nameof(gain), gain.Length, columns);
        Require.Length(nameof(LayerNormGradient), nameof(mean), mean.Length, rows);
        Require.Length(nameof(LayerNormGradient), nameof(inverseDeviation), inverseDeviation.Length, rows);
        Require.Length(nameof(LayerNormGradient), nameof(dy), dy.Length, (long)rows * columns);
        Require.Length(nameof(LayerNormGradient), nameof(dx), dx.Length, (long)rows * columns);
        fixed (float* px = x, pgain = gain, pmean = mean, pinverse = inverseDeviation, pdy = dy, pdx = dx)
            Ranges.For(new LayerNormGradientRows(px, pgain, pmean, pinverse, pdy, pdx, columns, accumulate), rows, columns);
    }

    private readonly struct LayerNormGradientRows(
        float* x,
        float* gain,
        float* mean,
        float* inverseDeviation,
        float* dy,
        float* dx,
        nint columns,
        bool accumulate) : IRangeWork
    {
        [SkipLocalsInit]
        public void Run(nint begin, nint end)
        {
            var sums = stackalloc float[Row.MostAtOnce];
            var dots = stackalloc float[Row.MostAtOnce];
            var step = Row.RowsAtOnce(columns);
            for (var first = begin; first < end; first += step)
            {
                var rows = Math.Min(step, end - first);
                for (nint i = 0; i < rows; i++)
                    Means(x + ((first + i) * columns), gain, dy + ((first + i) * columns), columns, mean[first + i], out sums[i], out dots[i]);
                for (nint i = 0; i < rows; i++)
                {
                    var row = (first + i) * columns;
                    var inverse = inverseDeviation[first + i];
                    Write(x + row, gain, dy + row, dx + row, columns, mean[first + i], inverse, sums[i], -dots[i] * inverse, accumulate);
                }
            }
        }

        // The means of gain · dy and of gain · dy · (x − mean) in one pass, each in the order of RowFold.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Means(float* x, float* gain, float* dy, nint columns, float mean, out float sum, out float dot)
        {
            var zero = Vector512<float>.Zero;
            var center = Vector512.Create(mean);
            var (a0, a1, a2, a3) = (zero, zero, zero, zero);
            var (b0, b1, b2, b3) = (zero, zero, zero, zero);
            nint c = 0;
            for (; c <= columns - (4 * Lanes.Count); c += 4 * Lanes.Count)
            {
                Add(x + c, gain + c, dy + c, Lanes.Count, center, ref a0, ref b0);
                Add(x + c + 16, gain + c + 16, dy + c + 16, Lanes.Count, center, ref a1, ref b1);
                Add(x + c + 32, gain + c + 32, dy + c + 32, Lanes.Count, center, ref a2, ref b2);
                Add(x + c + 48, gain + c + 48, dy + c + 48, Lanes.Count, center, ref a3, ref b3);
            }

            for (; c <= columns - Lanes.Count; c += Lanes.Count)
                Add(x + c, gain + c, dy + c, Lanes.Count, center, ref a0, ref b0);
            if (c < columns)
                Add(x + c, gain + c, dy + c, columns - c, center, ref a0, ref b0);
            sum = Lanes.Sum((a0 + a1) + (a2 + a3)) / columns;
            dot = Lanes.Sum((b0 + b1) + (b2 + b3)) / columns;
        }

        // Missing lanes have dy = 0 and so add nothing.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add(float* x, float* gain, float* dy, nint left, Vector512<float> center, ref Vector512<float> sum, ref Vector512<float> dot)
        {
            var (scale, upstream) = (Lanes.Load(gain, left), Lanes.Load(dy, left));
            sum = Vector512.FusedMultiplyAdd(scale, upstream, sum);
            dot = Vector512.FusedMultiplyAdd(scale * upstream, Lanes.Load(x, left) - center, dot);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Write(float* x, float* gain, float* dy, float* dx, nint columns, float mean, float inverse, float sum, float dot, bool accumulate)
        {
            var center = Vector512.Create(mean);
            var scale = Vector512.Create(inverse);
            var meanGradient = Vector512.Create(sum);
            var along = Vector512.Create(dot);
            nint c = 0;
            for (; c <= columns - Lanes.Count; c += Lanes.Count)
                Lanes.Store(Gradient(x + c, gain + c, dy + c, Lanes.Count, center, scale, meanGradient, along), dx + c, Lanes.Count, accumulate);
            if (c < columns)
                Lanes.Store(Gradient(x + c, gain + c, dy + c, columns - c, center, scale, meanGradient, along), dx + c, columns - c, accumulate);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Gradient(
            float* x, float* gain, float* dy, nint left, Vector512<float> center, Vector512<float> scale, Vector512<float> meanGradient, Vector512<float> along)
        {
            var g = Lanes.Load(gain, left) * Lanes.Load(dy, left);
            return scale * Vector512.FusedMultiplyAdd(along, (Lanes.Load(x, left) - center) * scale, g - meanGradient);
        }
    }
}
