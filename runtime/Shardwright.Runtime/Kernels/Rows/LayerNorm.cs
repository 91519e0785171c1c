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
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var from = x + (row * columns);
                var to = y + (row * columns);
                mean[row] = Row.Sum(from, columns) / columns;
                var center = Vector512.Create(mean[row]);
                var squares = Vector512<float>.Zero;
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    // The missing lanes of a last vector hold the mean and so add nothing.
                    var left = columns - c;
                    var offset = (left >= Lanes.Count ? Vector512.Load(from + c) : Lanes.LoadFirst(from + c, left, center)) - center;
                    squares = Vector512.FusedMultiplyAdd(offset, offset, squares);
                }

                inverseDeviation[row] = 1 / MathF.Sqrt((Lanes.Sum(squares) / columns) + epsilon);
                var scale = Vector512.Create(inverseDeviation[row]);
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    var normal = (Lanes.Load(from + c, left) - center) * scale;
                    Lanes.Store(Vector512.FusedMultiplyAdd(normal, Lanes.Load(gain + c, left), Lanes.Load(bias + c, left)), to + c, left);
                }
            }
        }
    }
}
