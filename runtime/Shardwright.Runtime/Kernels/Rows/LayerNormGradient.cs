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
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var from = x + (row * columns);
                var upstream = dy + (row * columns);
                var to = dx + (row * columns);
                var center = Vector512.Create(mean[row]);
                var scale = Vector512.Create(inverseDeviation[row]);
                var sum = Vector512<float>.Zero;
                var dot = Vector512<float>.Zero;
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    // Missing lanes have dy = 0 and so add nothing to either sum.
                    var left = columns - c;
                    var g = Lanes.Load(gain + c, left) * Lanes.Load(upstream + c, left);
                    sum += g;
                    dot = Vector512.FusedMultiplyAdd(g, (Lanes.Load(from + c, left) - center) * scale, dot);
                }

                var meanGradient = Vector512.Create(Lanes.Sum(sum) / columns);
                var along = Vector512.Create(-(Lanes.Sum(dot) / columns));
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    var g = Lanes.Load(gain + c, left) * Lanes.Load(upstream + c, left);
                    var normal = (Lanes.Load(from + c, left) - center) * scale;
                    Lanes.Store(scale * Vector512.FusedMultiplyAdd(along, normal, g - meanGradient), to + c, left, accumulate);
                }
            }
        }
    }
}
