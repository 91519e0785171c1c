using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// A product's left operand in a low format, row by row: y[r, ·] = fp8(x[r, ·] · s) / s to nearest, with s the largest power of two (at most 2¹²⁶) for which the row's
    /// largest finite magnitude does not exceed the format's largest finite value. So no finite element overflows the format, zeros stay what they are, and no row
    /// depends on another. NaN stays NaN; infinity stays, or becomes the row's largest value 448 / s in <see cref="NumberFormat.Float8E4M3Fn"/>, which has none; neither
    /// changes the rest of its row. bf16 has float32's range and is rounded without a scale; Float32 is copied.
    /// </summary>
    /// <param name="x">[rows, columns]</param>
    /// <param name="y">[rows, columns]; may be <paramref name="x"/>.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 1.</param>
    /// <param name="format">The format of the operand.</param>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void RoundRows(ReadOnlySpan<float> x, Span<float> y, int rows, int columns, NumberFormat format)
    {
        RequireRows(nameof(RoundRows), rows, columns);
        Require.Length(nameof(RoundRows), nameof(x), x.Length, (long)rows * columns);
        Require.Length(nameof(RoundRows), nameof(y), y.Length, (long)rows * columns);
        fixed (float* from = x, to = y)
        {
            switch (format)
            {
                case NumberFormat.Float8E4M3:
                    Ranges.For(new RoundRowsWork<E4M3>(from, to, columns), rows, columns);
                    break;
                case NumberFormat.Float8E4M3Fn:
                    Ranges.For(new RoundRowsWork<E4M3Fn>(from, to, columns), rows, columns);
                    break;
                case NumberFormat.Float8E5M2:
                    Ranges.For(new RoundRowsWork<E5M2>(from, to, columns), rows, columns);
                    break;
                default:
                    x.CopyTo(y);
                    Round(y, format);
                    break;
            }
        }
    }

    private readonly struct RoundRowsWork<TFormat>(float* x, float* y, nint columns) : IRangeWork
        where TFormat : unmanaged, ISmallFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                var from = x + (row * columns);
                var to = y + (row * columns);
                var largest = Vector512<float>.Zero;
                for (nint c = 0; c < columns; c += Lanes.Count)
                    largest = FittingScale.Largest(largest, Lanes.Load(from + c, columns - c));
                var (scale, inverse) = FittingScale.For<TFormat>(Vector512.Create(Lanes.Max(largest)));
                for (nint c = 0; c < columns; c += Lanes.Count)
                    Lanes.Store(FittingScale.Round<TFormat>(Lanes.Load(from + c, columns - c), scale, inverse), to + c, columns - c);
            }
        }
    }
}
