namespace Shardwright.Hardware;

/// <summary>
/// Bytes that a product reads again because its operands do not fit on the chip. An op's own count has every operand once. Half of on-chip memory holds what is kept, the other half takes the next tiles in while these are
/// in use (assumed). The cores of a rank share what they read.
/// </summary>
public static class BlockedTraffic
{
    /// <summary>
    /// The least of three ways to block [m, k] · [k, n] in S bytes: keep S of the left operand and read the right one for each such part, the same with sides changed, or keep a square block of float32 sums and read both operands for
    /// each (Hong and Kung's bound, up to a constant).
    /// </summary>
    public static long ExtraBytes(MatrixWork product, long sbufBytes)
    {
        if (product.Count == 0 || product.Rows == 0 || product.Inner == 0 || product.Columns == 0)
            return 0;
        double kept = Math.Max(1, sbufBytes / 2);
        double size = BytesOf(product.Format);
        double left = size * product.Rows * product.Inner;
        double right = size * product.Inner * product.Columns;
        double side = Math.Max(1, Math.Floor(Math.Sqrt(kept / sizeof(float))));
        double keepLeft = right * Again(left, kept);
        double keepRight = left * Again(right, kept);
        double keepSums = left * Again(product.Columns, side) + right * Again(product.Rows, side);
        return Picoseconds.ToInt64(product.Count * Math.Min(keepSums, Math.Min(keepLeft, keepRight)));
    }

    private static double Again(double size, double part) => Math.Ceiling(size / part) - 1;

    private static int BytesOf(OperandFormat format) => format switch
    {
        OperandFormat.Float32 => 4,
        OperandFormat.BFloat16 => 2,
        _ => 1,
    };
}
