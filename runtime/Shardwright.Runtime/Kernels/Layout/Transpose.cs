namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>y[b, c, r] = (or +=) x[b, r, c] for x [batch, rows, columns].</summary>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void Transpose(ReadOnlySpan<float> x, Span<float> y, int batch, int rows, int columns, bool accumulate = false)
    {
        Require.NotNegative(nameof(Transpose), nameof(batch), batch);
        Require.NotNegative(nameof(Transpose), nameof(rows), rows);
        Require.NotNegative(nameof(Transpose), nameof(columns), columns);
        Require.Length(nameof(Transpose), nameof(x), x.Length, (long)batch * rows * columns);
        Require.Length(nameof(Transpose), nameof(y), y.Length, (long)batch * rows * columns);
        fixed (float* px = x, py = y)
        {
            var work = new TransposeStrips(px, py, rows, columns, accumulate);
            Ranges.For(work, batch * work.Strips, TransposeStrips.Height * (nint)columns);
        }
    }

    // Squares of 64 × 64: whole runs of four cache lines are read and written, and the lines of a square stay in the L1 cache.
    private readonly struct TransposeStrips(float* x, float* y, nint rows, nint columns, bool accumulate) : IRangeWork
    {
        public const int Height = 64;

        public nint Strips => (rows + Height - 1) / Height;

        public void Run(nint begin, nint end)
        {
            for (var strip = begin; strip < end; strip++)
            {
                var matrix = strip / Strips * rows * columns;
                var row = strip % Strips * Height;
                for (nint column = 0; column < columns; column += Height)
                {
                    Transposition.Copy(x + matrix + (row * columns) + column, columns, y + matrix + (column * rows) + row, rows,
                        Math.Min(Height, rows - row), Math.Min(Height, columns - column), accumulate);
                }
            }
        }
    }
}
