using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[r, ·] = (x[r, ·] − mean[r]) · inverseDeviation[r] · gain + bias with inverseDeviation[r] = 1 / √(variance + epsilon); both statistics
    /// are saved for the gradient (Ba, Kiros and Hinton 2016).
    /// </summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void LayerNorm(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> gain,
        ReadOnlySpan<float> bias,
        Span<float> y,
        Span<float> mean,
        Span<float> inverseDeviation,
        int rows,
        int columns,
        float epsilon)
    {
        RequireRows(nameof(LayerNorm), rows, columns);
        Require.Length(nameof(LayerNorm), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(LayerNorm), nameof(gain), gain.Length, columns);
        Require.Length(nameof(LayerNorm), nameof(bias), bias.Length, columns);
        Require.Length(nameof(LayerNorm), nameof(y), y.Length, (long)rows * columns);
        Require.Length(nameof(LayerNorm), nameof(mean), mean.Length, rows);
        Require.Length(nameof(LayerNorm), nameof(inverseDeviation), inverseDeviation.Length, rows);
        fixed (float* px = x, pgain = gain, pbias = bias, py = y, pmean = mean, pinverse = inverseDeviation)
            Ranges.For(new LayerNormRows(px, pgain, pbias, py, pmean, pinverse, columns, epsilon), rows, columns);
    }

    private readonly struct LayerNormRows(float* x, float* gain, float* bias, float* y, float* mean, float* inverseDeviation, nint columns, float epsilon) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            var step = Row.RowsAtOnce(columns);
            for (var first = begin; first < end; first += step)
            {
                var last = Math.Min(first + step, end);
                for (var row = first; row < last; row++)
                    mean[row] = Row.Sum(x + (row * columns), columns) / columns;
                for (var row = first; row < last; row++)
                    inverseDeviation[row] = 1 / MathF.Sqrt((Row.Squares(x + (row * columns), columns, mean[row]) / columns) + epsilon);
                for (var row = first; row < last; row++)
                    Write(x + (row * columns), gain, bias, y + (row * columns), columns, mean[row], inverseDeviation[row]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Write(float* x, float* gain, float* bias, float* y, nint columns, float middle, float inverse)
        {
            var center = Vector512.Create(middle);
            var scale = Vector512.Create(inverse);
            nint c = 0;
            for (; c <= columns - Lanes.Count; c += Lanes.Count)
                Write(x + c, gain + c, bias + c, y + c, Lanes.Count, center, scale);
            if (c < columns)
                Write(x + c, gain + c, bias + c, y + c, columns - c, center, scale);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write(float* x, float* gain, float* bias, float* y, nint left, Vector512<float> center, Vector512<float> scale)
        {
            var normal = (Lanes.Load(x, left) - center) * scale;
            Lanes.Store(Vector512.FusedMultiplyAdd(normal, Lanes.Load(gain, left), Lanes.Load(bias, left)), y, left);
        }
    }
}
