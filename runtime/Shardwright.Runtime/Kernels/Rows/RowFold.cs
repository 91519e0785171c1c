using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Shardwright.Execution;

/// <summary>One term of a sum over the columns of a row.</summary>
internal interface IRowTerm
{
    /// <summary>sum + the terms of 16 columns, of which <paramref name="left"/> exist; those that do not must leave the sum as it is.</summary>
    Vector512<float> AddTo(Vector512<float> sum, nint column, nint left);
}

/// <summary>
/// A sum over the columns of one row. Lane l of 64 sums the columns l, l + 64, … in order, a last piece of less than 64 columns goes to the lanes of the
/// first 16, then the lanes are added in a fixed pattern: the order depends on the number of columns only. Four vectors hide the addition's latency.
/// </summary>
internal static class RowFold<TTerm>
    where TTerm : struct, IRowTerm
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(TTerm term, nint columns)
    {
        var (a, b, c, d) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        nint column = 0;
        for (; column <= columns - (4 * Lanes.Count); column += 4 * Lanes.Count)
        {
            a = term.AddTo(a, column, Lanes.Count);
            b = term.AddTo(b, column + Lanes.Count, Lanes.Count);
            c = term.AddTo(c, column + (2 * Lanes.Count), Lanes.Count);
            d = term.AddTo(d, column + (3 * Lanes.Count), Lanes.Count);
        }

        for (; column <= columns - Lanes.Count; column += Lanes.Count)
            a = term.AddTo(a, column, Lanes.Count);
        if (column < columns)
            a = term.AddTo(a, column, columns - column);
        return Lanes.Sum((a + b) + (c + d));
    }
}
