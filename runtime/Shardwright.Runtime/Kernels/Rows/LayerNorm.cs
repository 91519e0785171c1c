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
        // Each pass writes a row, takes the squares of a later one and the sum of one later still.
        public void Run(nint begin, nint end)
        {
            var ahead = Row.Ahead(columns);
            for (var row = begin; row < Math.Min(begin + (2 * ahead), end); row++)
                mean[row] = Row.Sum(x + (row * columns), columns) / columns;
            for (var row = begin; row < Math.Min(begin + ahead, end); row++)
                inverseDeviation[row] = Inverse(Row.Squares(x + (row * columns), columns, mean[row]));
            for (var row = begin; row < end; row++)
            {
                // Where no such row is left, what the pass computes instead is dropped: y may be x, and then the row is being overwritten.
                var (squared, summed) = (Math.Min(row + ahead, end - 1), Math.Min(row + (2 * ahead), end - 1));
                Write(row, squared, summed, out var squares, out var sum);
                if (row + ahead < end)
                    inverseDeviation[squared] = Inverse(squares);
                if (row + (2 * ahead) < end)
                    mean[summed] = sum / columns;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private float Inverse(float squares) => 1 / MathF.Sqrt((squares / columns) + epsilon);

        // The sums are those of RowFold, to the bit.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Write(nint row, nint squared, nint summed, out float squares, out float sum)
        {
            var from = x + (row * columns);
            var to = y + (row * columns);
            var toSquare = x + (squared * columns);
            var toSum = x + (summed * columns);
            var scales = gain;
            var shifts = bias;
            var (center, scale, middle) = (Vector512.Create(mean[row]), Vector512.Create(inverseDeviation[row]), Vector512.Create(mean[squared]));
            var zero = Vector512<float>.Zero;
            var (a0, a1, a2, a3) = (zero, zero, zero, zero);
            var (b0, b1, b2, b3) = (zero, zero, zero, zero);
            nint c = 0;
            for (; c <= columns - (4 * Lanes.Count); c += 4 * Lanes.Count)
            {
                Add(toSum + c, toSquare + c, Lanes.Count, middle, ref a0, ref b0);
                Write(from + c, scales + c, shifts + c, to + c, Lanes.Count, center, scale);
                Add(toSum + c + 16, toSquare + c + 16, Lanes.Count, middle, ref a1, ref b1);
                Write(from + c + 16, scales + c + 16, shifts + c + 16, to + c + 16, Lanes.Count, center, scale);
                Add(toSum + c + 32, toSquare + c + 32, Lanes.Count, middle, ref a2, ref b2);
                Write(from + c + 32, scales + c + 32, shifts + c + 32, to + c + 32, Lanes.Count, center, scale);
                Add(toSum + c + 48, toSquare + c + 48, Lanes.Count, middle, ref a3, ref b3);
                Write(from + c + 48, scales + c + 48, shifts + c + 48, to + c + 48, Lanes.Count, center, scale);
            }

            for (; c < columns; c += Lanes.Count)
            {
                Add(toSum + c, toSquare + c, columns - c, middle, ref a0, ref b0);
                Write(from + c, scales + c, shifts + c, to + c, columns - c, center, scale);
            }

            sum = Lanes.Sum((a0 + a1) + (a2 + a3));
            squares = Lanes.Sum((b0 + b1) + (b2 + b3));
        }

        // The missing lanes of a last vector hold the center and so add no square.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add(float* toSum, float* toSquare, nint left, Vector512<float> middle, ref Vector512<float> sum, ref Vector512<float> squares)
        {
            sum += Lanes.Load(toSum, left);
            var offset = (left >= Lanes.Count ? Vector512.Load(toSquare) : Lanes.LoadFirst(toSquare, left, middle)) - middle;
            squares = Vector512.FusedMultiplyAdd(offset, offset, squares);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write(float* x, float* gain, float* bias, float* y, nint left, Vector512<float> center, Vector512<float> scale)
        {
            var normal = (Lanes.Load(x, left) - center) * scale;
            Lanes.Store(Vector512.FusedMultiplyAdd(normal, Lanes.Load(gain, left), Lanes.Load(bias, left)), y, left);
        }
    }
}
