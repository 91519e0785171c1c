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
                    sums[i] = Row.Dot(gain, dy + ((first + i) * columns), columns) / columns;
                for (nint i = 0; i < rows; i++)
                    dots[i] = RowFold<CenteredTerm>.Run(new(gain, dy + ((first + i) * columns), x + ((first + i) * columns), mean[first + i]), columns) / columns;
                for (nint i = 0; i < rows; i++)
                {
                    var row = (first + i) * columns;
                    var inverse = inverseDeviation[first + i];
                    Write(x + row, gain, dy + row, dx + row, columns, mean[first + i], inverse, sums[i], -dots[i] * inverse, accumulate);
                }
            }
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

    // gain · dy · (x − mean). Missing lanes have dy = 0 and so add nothing.
    private readonly struct CenteredTerm(float* gain, float* dy, float* x, float mean) : IRowTerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> AddTo(Vector512<float> sum, nint column, nint left)
            => Vector512.FusedMultiplyAdd(Lanes.Load(gain + column, left) * Lanes.Load(dy + column, left), Lanes.Load(x + column, left) - Vector512.Create(mean), sum);
    }
}
