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

    // 16 columns of many rows, through scratch: every row of the result is written as one long run, because a store that misses holds up those behind it,
    // and runs in a row are what the processor fetches ahead.
    private readonly struct TransposeStrips(float* x, float* y, nint rows, nint columns, bool accumulate) : IRangeWork
    {
        public const int Height = 256;
        private const int Width = 16;

        public nint Strips => (rows + Height - 1) / Height;

        public void Run(nint begin, nint end)
        {
            var block = Scratch.Floats(Width * Height);
            for (var strip = begin; strip < end; strip++)
            {
                var matrix = strip / Strips * rows * columns;
                var row = strip % Strips * Height;
                var height = Math.Min(Height, rows - row);
                for (nint column = 0; column < columns; column += Width)
                {
                    var width = Math.Min(Width, columns - column);
                    Transposition.Copy(x + matrix + (row * columns) + column, columns, block, Height, height, width);
                    for (nint i = 0; i < width; i++)
                    {
                        var target = y + matrix + ((column + i) * rows) + row;
                        if (accumulate)
                            Row.Add(target, block + (i * Height), height);
                        else
                            Row.Copy(block + (i * Height), target, height);
                    }
                }
            }
        }
    }
}
