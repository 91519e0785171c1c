namespace Shardwright.Execution;

/// <summary>What a tile does with the values already in its output.</summary>
internal enum TileMode
{
    /// <summary>Folds from +0 and overwrites.</summary>
    Overwrite,

    /// <summary>Goes on folding from the output: the next piece of the same sum.</summary>
    Continue,

    /// <summary>Folds from +0, then adds the finished sum to the output.</summary>
    Add,
}

/// <summary>
/// The inner kernels of every matrix product. A tile keeps 64 columns of up to six rows in registers, and each output element is one left fold
/// of fused multiply-adds over k, whatever the tile it falls into: its bits depend neither on the number of rows nor on its position.
/// </summary>
internal static unsafe partial class Tile
{
    /// <summary>Columns of a tile.</summary>
    public const int Width = 64;

    /// <summary>
    /// c[i·cRow + j] = Σ_k a[i·aRow + k·aStep] · b[k·bStep + j] for i in [0, rows), j in [0, 64), k in [0, count).
    /// aStep = 1 reads a row-major left operand; aRow = 1 reads its transpose in place.
    /// </summary>
    public static void Rows(float* a, nint aRow, nint aStep, float* b, nint bStep, nint rows, nint count, float* c, nint cRow, TileMode mode)
    {
        for (; rows >= 6; rows -= 6)
        {
            Rows6(a, aRow, aStep, b, bStep, count, c, cRow, mode);
            a += 6 * aRow;
            c += 6 * cRow;
        }

        if (rows >= 4)
        {
            Rows4(a, aRow, aStep, b, bStep, count, c, cRow, mode);
            a += 4 * aRow;
            c += 4 * cRow;
            rows -= 4;
        }

        if (rows >= 2)
        {
            Rows2(a, aRow, aStep, b, bStep, count, c, cRow, mode);
            a += 2 * aRow;
            c += 2 * cRow;
            rows -= 2;
        }

        if (rows == 1)
            Rows1(a, aRow, aStep, b, bStep, count, c, cRow, mode);
    }
}
