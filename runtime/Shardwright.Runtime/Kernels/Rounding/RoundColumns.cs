using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// A product's right operand in a low format: as <see cref="RoundRows"/>, with one scale for each column of each matrix, since the sum of a product runs down a column.
    /// </summary>
    /// <param name="x">[matrices, rows, columns]</param>
    /// <param name="y">[matrices, rows, columns]; may be <paramref name="x"/>.</param>
    /// <param name="matrices">Matrices, at least 0.</param>
    /// <param name="rows">Rows of each, at least 0.</param>
    /// <param name="columns">Columns of each, at least 1.</param>
    /// <param name="format">The format of the operand.</param>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void RoundColumns(ReadOnlySpan<float> x, Span<float> y, int matrices, int rows, int columns, NumberFormat format)
    {
        Require.NotNegative(nameof(RoundColumns), nameof(matrices), matrices);
        RequireRows(nameof(RoundColumns), rows, columns);
        Require.Length(nameof(RoundColumns), nameof(x), x.Length, (long)matrices * rows * columns);
        Require.Length(nameof(RoundColumns), nameof(y), y.Length, (long)matrices * rows * columns);
        var strips = (columns + Lanes.Count - 1) / Lanes.Count;
        fixed (float* from = x, to = y)
        {
            switch (format)
            {
                case NumberFormat.Float8E4M3:
                    Ranges.For(new RoundColumnsWork<E4M3>(from, to, rows, columns, strips), (nint)matrices * strips, (nint)rows * Lanes.Count);
                    break;
                case NumberFormat.Float8E4M3Fn:
                    Ranges.For(new RoundColumnsWork<E4M3Fn>(from, to, rows, columns, strips), (nint)matrices * strips, (nint)rows * Lanes.Count);
                    break;
                case NumberFormat.Float8E5M2:
                    Ranges.For(new RoundColumnsWork<E5M2>(from, to, rows, columns, strips), (nint)matrices * strips, (nint)rows * Lanes.Count);
                    break;
                default:
                    x.CopyTo(y);
                    Round(y, format);
                    break;
            }
        }
    }

    // One unit is a strip of 16 columns of one matrix.
    private readonly struct RoundColumnsWork<TFormat>(float* x, float* y, nint rows, nint columns, nint strips) : IRangeWork
        where TFormat : unmanaged, ISmallFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var strip = begin; strip < end; strip++)
            {
                var column = strip % strips * Lanes.Count;
                var at = (strip / strips * rows * columns) + column;
                var left = columns - column;
                var largest = Vector512<float>.Zero;
                for (nint r = 0; r < rows; r++)
                    largest = FittingScale.Largest(largest, Lanes.Load(x + at + (r * columns), left));
                var (scale, inverse) = FittingScale.For<TFormat>(largest);
                for (nint r = 0; r < rows; r++)
                    Lanes.Store(FittingScale.Round<TFormat>(Lanes.Load(x + at + (r * columns), left), scale, inverse), y + at + (r * columns), left);
            }
        }
    }
}
