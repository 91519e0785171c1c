namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[r, targetOffset + c] = (or +=) x[r, sourceOffset + c] for c in [0, columns); x is [rows, sourceColumns], y is [rows, targetColumns].
    /// The other columns of y keep their values.
    /// </summary>
    /// <exception cref="ArgumentException">A length or a range of columns does not fit the sizes.</exception>
    public static void CopyColumns(
        ReadOnlySpan<float> x,
        Span<float> y,
        int rows,
        int sourceColumns,
        int sourceOffset,
        int targetColumns,
        int targetOffset,
        int columns,
        bool accumulate = false)
    {
        Require.NotNegative(nameof(CopyColumns), nameof(rows), rows);
        Require.NotNegative(nameof(CopyColumns), nameof(columns), columns);
        RequireColumns("source", sourceOffset, columns, sourceColumns);
        RequireColumns("target", targetOffset, columns, targetColumns);
        Require.Length(nameof(CopyColumns), nameof(x), x.Length, (long)rows * sourceColumns);
        Require.Length(nameof(CopyColumns), nameof(y), y.Length, (long)rows * targetColumns);
        fixed (float* px = x, py = y)
        {
            var work = new ColumnCopies(px + sourceOffset, sourceColumns, py + targetOffset, targetColumns, columns, accumulate);
            Ranges.For(work, rows, columns);
        }
    }

    private static void RequireColumns(string side, int offset, int columns, int total)
    {
        if (offset < 0 || (long)offset + columns > total)
            throw new ArgumentException($"Kernels.CopyColumns: the {side} columns are {offset} to {(long)offset + columns - 1}; need columns inside [0, {total}).", side + "Offset");
    }

    private readonly struct ColumnCopies(float* x, nint xRow, float* y, nint yRow, nint columns, bool accumulate) : IRangeWork
    {
        public void Run(nint begin, nint end)
        {
            for (var row = begin; row < end; row++)
            {
                if (accumulate)
                    Row.Add(y + (row * yRow), x + (row * xRow), columns);
                else
                    new ReadOnlySpan<float>(x + (row * xRow), (int)columns).CopyTo(new Span<float>(y + (row * yRow), (int)columns));
            }
        }
    }
}
