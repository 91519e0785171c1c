using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y[r, ·] = softmax(x[r, ·]), with the row's maximum subtracted first.</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void Softmax(ReadOnlySpan<float> x, Span<float> y, int rows, int columns)
    {
        RequireRows(nameof(Softmax), rows, columns);
        Require.Length(nameof(Softmax), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(Softmax), nameof(y), y.Length, (long)rows * columns);
        fixed (float* px = x, py = y)
            Ranges.For(new SoftmaxRows(px, py, columns), rows, columns);
    }

    /// <summary>dx = (or +=) y · (dy − Σ_c y·dy), row by row; y is the softmax.</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void SoftmaxGradient(ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, int rows, int columns, bool accumulate = false)
    {
        RequireRows(nameof(SoftmaxGradient), rows, columns);
        Require.Length(nameof(SoftmaxGradient), nameof(y), y.Length, (long)rows * columns);
        Require.Length(nameof(SoftmaxGradient), nameof(dy), dy.Length, (long)rows * columns);
        Require.Length(nameof(SoftmaxGradient), nameof(dx), dx.Length, (long)rows * columns);
        fixed (float* py = y, pdy = dy, pdx = dx)
            Ranges.For(new SoftmaxGradientRows(py, pdy, pdx, columns, accumulate), rows, columns);
    }

    private readonly struct SoftmaxRows(float* x, float* y, nint columns) : IRangeWork
    {
        // Each pass takes the exponentials of a row, scales an earlier one and finds the maximum of a later one.
        [SkipLocalsInit]
        public void Run(nint begin, nint end)
        {
            // A row's maximum, then its sum, as long as they are needed.
            var values = stackalloc float[Row.MostAtOnce];
            var ahead = Row.Ahead(columns);
            for (var row = begin; row < Math.Min(begin + ahead, end); row++)
                values[row % Row.MostAtOnce] = Row.Max(x + (row * columns), columns);
            for (var row = begin; row < end; row++)
            {
                var value = values + (row % Row.MostAtOnce);
                if (row < begin + ahead || row + ahead >= end)
                {
                    *value = Row.Exponentials(x + (row * columns), y + (row * columns), columns, *value);
                    if (row + ahead < end)
                        values[(row + ahead) % Row.MostAtOnce] = Row.Max(x + ((row + ahead) * columns), columns);
                    if (row >= begin + ahead)
                        Row.Scale(y + ((row - ahead) * columns), columns, 1 / values[(row - ahead) % Row.MostAtOnce]);
                    continue;
                }

                *value = Pass(row, ahead, *value, 1 / values[(row - ahead) % Row.MostAtOnce], out var largest);
                values[(row + ahead) % Row.MostAtOnce] = largest;
            }

            for (var row = Math.Max(begin, end - ahead); row < end; row++)
                Row.Scale(y + (row * columns), columns, 1 / values[row % Row.MostAtOnce]);
        }

        // The sum is that of RowFold, to the bit.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private float Pass(nint row, nint ahead, float largest, float factor, out float largestLater)
        {
            var from = x + (row * columns);
            var later = from + (ahead * columns);
            var to = y + (row * columns);
            var earlier = to - (ahead * columns);
            var (shift, scale) = (Vector512.Create(largest), Vector512.Create(factor));
            var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            var highest = Vector512.Create(float.NegativeInfinity);
            nint column = 0;
            for (; column <= columns - (4 * Lanes.Count); column += 4 * Lanes.Count)
            {
                a = Step(from + column, to + column, earlier + column, later + column, Lanes.Count, shift, scale, a, ref highest);
                b = Step(from + column + 16, to + column + 16, earlier + column + 16, later + column + 16, Lanes.Count, shift, scale, b, ref highest);
                c = Step(from + column + 32, to + column + 32, earlier + column + 32, later + column + 32, Lanes.Count, shift, scale, c, ref highest);
                d = Step(from + column + 48, to + column + 48, earlier + column + 48, later + column + 48, Lanes.Count, shift, scale, d, ref highest);
            }

            for (; column < columns; column += Lanes.Count)
                a = Step(from + column, to + column, earlier + column, later + column, columns - column, shift, scale, a, ref highest);
            largestLater = Lanes.Max(highest);
            return Lanes.Sum((a + b) + (c + d));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<float> Step(
            float* from, float* to, float* earlier, float* later, nint left, Vector512<float> shift, Vector512<float> scale, Vector512<float> sum, ref Vector512<float> highest)
        {
            var lowest = Vector512.Create(float.NegativeInfinity);
            highest = Vector512.MaxNative(highest, left >= Lanes.Count ? Vector512.Load(later) : Lanes.LoadFirst(later, left, lowest));
            Lanes.Store(Lanes.Load(earlier, left) * scale, earlier, left);

            // The missing lanes of a last vector have e^−∞ = 0.
            var e = VectorMath.ExpNotLarge((left >= Lanes.Count ? Vector512.Load(from) : Lanes.LoadFirst(from, left, lowest)) - shift);
            Lanes.Store(e, to, left);
            return sum + e;
        }
    }

    private readonly struct SoftmaxGradientRows(float* y, float* dy, float* dx, nint columns, bool accumulate) : IRangeWork
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
                    dots[i] = Row.Dot(y + ((first + i) * columns), dy + ((first + i) * columns), columns);
                for (nint i = 0; i < rows; i++)
                    Write(y + ((first + i) * columns), dy + ((first + i) * columns), dx + ((first + i) * columns), columns, dots[i], accumulate);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Write(float* y, float* dy, float* dx, nint columns, float sum, bool accumulate)
        {
            var dot = Vector512.Create(sum);
            nint c = 0;
            for (; c <= columns - Lanes.Count; c += Lanes.Count)
                Lanes.Store(Vector512.Load(y + c) * (Vector512.Load(dy + c) - dot), dx + c, Lanes.Count, accumulate);
            if (c < columns)
                Lanes.Store(Lanes.LoadFirst(y + c, columns - c) * (Lanes.LoadFirst(dy + c, columns - c) - dot), dx + c, columns - c, accumulate);
        }
    }
}
