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
        [SkipLocalsInit]
        public void Run(nint begin, nint end)
        {
            var values = stackalloc float[Row.MostAtOnce];
            var step = Row.RowsAtOnce(columns);
            for (var first = begin; first < end; first += step)
            {
                var rows = Math.Min(step, end - first);
                for (nint i = 0; i < rows; i++)
                    values[i] = Row.Max(x + ((first + i) * columns), columns);
                for (nint i = 0; i < rows; i++)
                {
                    Row.Prefetch(x, first + step + i, end, columns);
                    Row.Prefetch(y, first + step + i, end, columns);
                    values[i] = Row.Exponentials(x + ((first + i) * columns), y + ((first + i) * columns), columns, values[i]);
                }

                for (nint i = 0; i < rows; i++)
                    Row.Scale(y + ((first + i) * columns), columns, 1 / values[i]);
            }
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
