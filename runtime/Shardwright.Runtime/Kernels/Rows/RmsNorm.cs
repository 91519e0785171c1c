using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[r, ·] = x[r, ·] · inverseRms[r] · gain with inverseRms[r] = 1 / √(mean_c x² + epsilon), which is saved for the gradient
    /// (Zhang and Sennrich 2019).
    /// </summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gain, Span<float> y, Span<float> inverseRms, int rows, int columns, float epsilon)
    {
        RequireRows(nameof(RmsNorm), rows, columns);
        Require.Length(nameof(RmsNorm), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(RmsNorm), nameof(gain), gain.Length, columns);
        Require.Length(nameof(RmsNorm), nameof(y), y.Length, (long)rows * columns);
        Require.Length(nameof(RmsNorm), nameof(inverseRms), inverseRms.Length, rows);
        fixed (float* px = x, pgain = gain, py = y, pinverse = inverseRms)
            Ranges.For(new RmsNormRows(px, pgain, py, pinverse, columns, epsilon), rows, columns);
    }

    /// <summary>dx = (or +=) inverseRms · (gain·dy − x · inverseRms² · mean_c(gain·dy·x)).</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void RmsNormGradient(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> inverseRms,
        ReadOnlySpan<float> dy,
        Span<float> dx,
        int rows,
        int columns,
        bool accumulate = false)
    {
        RequireRows(nameof(RmsNormGradient), rows, columns);
        Require.Length(nameof(RmsNormGradient), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(RmsNormGradient), nameof(gain), gain.Length, columns);
        Require.Length(nameof(RmsNormGradient), nameof(inverseRms), inverseRms.Length, rows);
        Require.Length(nameof(RmsNormGradient), nameof(dy), dy.Length, (long)rows * columns);
        Require.Length(nameof(RmsNormGradient), nameof(dx), dx.Length, (long)rows * columns);
        fixed (float* px = x, pgain = gain, pinverse = inverseRms, pdy = dy, pdx = dx)
            Ranges.For(new RmsNormGradientRows(px, pgain, pinverse, pdy, pdx, columns, accumulate), rows, columns);
    }

    private readonly struct RmsNormRows(float* x, float* gain, float* y, float* inverseRms, nint columns, float epsilon) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var from = x + (row * columns);
                var to = y + (row * columns);
                var inverse = 1 / MathF.Sqrt((Row.Dot(from, from, columns) / columns) + epsilon);
                inverseRms[row] = inverse;
                var scale = Vector512.Create(inverse);
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    Lanes.Store(Lanes.Load(from + c, left) * scale * Lanes.Load(gain + c, left), to + c, left);
                }
            }
        }
    }

    private readonly struct RmsNormGradientRows(float* x, float* gain, float* inverseRms, float* dy, float* dx, nint columns, bool accumulate) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var from = x + (row * columns);
                var upstream = dy + (row * columns);
                var to = dx + (row * columns);
                var inverse = inverseRms[row];
                var along = Vector512.Create(-(Row.Dot(gain, upstream, from, columns) / columns) * (inverse * inverse));
                var scale = Vector512.Create(inverse);
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    var direct = Lanes.Load(gain + c, left) * Lanes.Load(upstream + c, left);
                    Lanes.Store(scale * Vector512.FusedMultiplyAdd(along, Lanes.Load(from + c, left), direct), to + c, left, accumulate);
                }
            }
        }
    }
}
