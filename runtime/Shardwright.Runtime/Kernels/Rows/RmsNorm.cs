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
        // Each pass writes a row and takes the squares of a later one.
        public void Run(nint begin, nint end)
        {
            var ahead = Row.Ahead(columns);
            for (var row = begin; row < Math.Min(begin + ahead, end); row++)
                inverseRms[row] = Inverse(Row.Dot(x + (row * columns), x + (row * columns), columns));
            for (var row = begin; row < end; row++)
            {
                // Where no later row is left, what the pass computes instead is dropped: y may be x, and then the row is being overwritten.
                var squares = Write(row, Math.Min(row + ahead, end - 1));
                if (row + ahead < end)
                    inverseRms[row + ahead] = Inverse(squares);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private float Inverse(float squares) => 1 / MathF.Sqrt((squares / columns) + epsilon);

        // The sum is that of RowFold, to the bit.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private float Write(nint row, nint squared)
        {
            var from = x + (row * columns);
            var to = y + (row * columns);
            var toSquare = x + (squared * columns);
            var scales = gain;
            var scale = Vector512.Create(inverseRms[row]);
            var zero = Vector512<float>.Zero;
            var (a0, a1, a2, a3) = (zero, zero, zero, zero);
            nint c = 0;
            for (; c <= columns - (4 * Lanes.Count); c += 4 * Lanes.Count)
            {
                a0 = Write(from + c, scales + c, to + c, toSquare + c, Lanes.Count, scale, a0);
                a1 = Write(from + c + 16, scales + c + 16, to + c + 16, toSquare + c + 16, Lanes.Count, scale, a1);
                a2 = Write(from + c + 32, scales + c + 32, to + c + 32, toSquare + c + 32, Lanes.Count, scale, a2);
                a3 = Write(from + c + 48, scales + c + 48, to + c + 48, toSquare + c + 48, Lanes.Count, scale, a3);
            }

            for (; c < columns; c += Lanes.Count)
                a0 = Write(from + c, scales + c, to + c, toSquare + c, columns - c, scale, a0);
            return Lanes.Sum((a0 + a1) + (a2 + a3));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Write(float* x, float* gain, float* y, float* toSquare, nint left, Vector512<float> scale, Vector512<float> sum)
        {
            var value = Lanes.Load(toSquare, left);
            Lanes.Store(Lanes.Load(x, left) * scale * Lanes.Load(gain, left), y, left);
            return Vector512.FusedMultiplyAdd(value, value, sum);
        }
    }

    private readonly struct RmsNormGradientRows(float* x, float* gain, float* inverseRms, float* dy, float* dx, nint columns, bool accumulate) : IRangeWork
    {
        [SkipLocalsInit]
        public void Run(nint begin, nint end)
        {
            var dots = stackalloc float[Row.MostAtOnce];
            var step = Row.RowsAtOnce(columns);
            for (var first = begin; first < end; first += step)
            {
                var rows = Math.Min(step, end - first);
                for (nint i = 0; i < rows; i++)
                    dots[i] = Row.Dot(gain, dy + ((first + i) * columns), x + ((first + i) * columns), columns);
                for (nint i = 0; i < rows; i++)
                {
                    var row = (first + i) * columns;
                    Write(x + row, gain, dy + row, dx + row, columns, inverseRms[first + i], dots[i], accumulate);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Write(float* x, float* gain, float* dy, float* dx, nint columns, float inverse, float dot, bool accumulate)
        {
            var along = Vector512.Create(-(dot / columns) * (inverse * inverse));
            var scale = Vector512.Create(inverse);
            nint c = 0;
            for (; c <= columns - Lanes.Count; c += Lanes.Count)
                Write(x + c, gain + c, dy + c, dx + c, Lanes.Count, along, scale, accumulate);
            if (c < columns)
                Write(x + c, gain + c, dy + c, dx + c, columns - c, along, scale, accumulate);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write(float* x, float* gain, float* dy, float* dx, nint left, Vector512<float> along, Vector512<float> scale, bool accumulate)
        {
            var direct = Lanes.Load(gain, left) * Lanes.Load(dy, left);
            Lanes.Store(scale * Vector512.FusedMultiplyAdd(along, Lanes.Load(x, left), direct), dx, left, accumulate);
        }
    }
}
