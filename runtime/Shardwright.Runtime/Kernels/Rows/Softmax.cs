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
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var sum = Row.Exponentials(x + (row * columns), y + (row * columns), columns, out _);
                Row.Scale(y + (row * columns), columns, 1 / sum);
            }
        }
    }

    private readonly struct SoftmaxGradientRows(float* y, float* dy, float* dx, nint columns, bool accumulate) : IRangeWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var p = y + (row * columns);
                var g = dy + (row * columns);
                var to = dx + (row * columns);
                var dot = Vector512.Create(Row.Dot(p, g, columns));
                for (nint c = 0; c < columns; c += Lanes.Count)
                {
                    var left = columns - c;
                    Lanes.Store(Lanes.Load(p + c, left) * (Lanes.Load(g + c, left) - dot), to + c, left, accumulate);
                }
            }
        }
    }
}
