namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// dw[inner, columns] = Σ_t x[t, ·]ᵀ dy[t, ·], the gradient of <c>MatMul</c> with respect to its right operand: tokens are folded
    /// inside a sequence, sequences are added by the halving tree. Overwrites; without tokens it writes zeros.
    /// </summary>
    /// <param name="x">[rows, inner].</param>
    /// <param name="dy">[rows, columns].</param>
    /// <param name="dw">[inner, columns].</param>
    /// <param name="sequences">The rows of each sequence.</param>
    /// <param name="inner">Columns of <paramref name="x"/>.</param>
    /// <param name="columns">Columns of <paramref name="dy"/>.</param>
    /// <param name="operands">Format that x and dy are rounded to first: bf16 to nearest, fp8 by <see cref="RoundRows"/>. Not for what has been rounded.</param>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void MatMulGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dw, Segments sequences, int inner, int columns, NumberFormat operands = NumberFormat.Float32)
    {
        Require.NotNegative(nameof(MatMulGradient), nameof(inner), inner);
        Require.NotNegative(nameof(MatMulGradient), nameof(columns), columns);
        Require.Length(nameof(MatMulGradient), nameof(x), x.Length, (long)sequences.Rows * inner);
        Require.Length(nameof(MatMulGradient), nameof(dy), dy.Length, (long)sequences.Rows * columns);
        Require.Length(nameof(MatMulGradient), nameof(dw), dw.Length, (long)inner * columns);
        fixed (float* px = x, pdy = dy, pdw = dw)
        fixed (int* boundaries = sequences)
        {
            float* left = px, right = pdy;
            Operands.Round(ref left, ref right, sequences.Rows, inner, columns, operands);
            int* starts = stackalloc int[2] { 0, sequences.Rows };
            new TokenProduct { Dw = pdw, Starts = starts, Groups = 1, Sequences = sequences.Table(boundaries) }.Run(left, right, inner, columns);
        }
    }

    /// <summary>
    /// dw[g] = Σ_t x[t, ·]ᵀ dy[t, ·] over the rows t of group g, the gradient of <see cref="GroupedMatMul"/> with respect to its right operands, with
    /// the bits of one <see cref="MatMulGradient"/> a group. Overwrites; a group without rows gets zeros.
    /// </summary>
    /// <param name="x">[rows, inner].</param>
    /// <param name="dy">[rows, columns].</param>
    /// <param name="dw">[groups, inner, columns]; with <paramref name="replicas"/>, of the groups before theirs.</param>
    /// <param name="groups">Which rows belong to which matrix, and their sequences.</param>
    /// <param name="inner">Columns of <paramref name="x"/>.</param>
    /// <param name="columns">Columns of <paramref name="dy"/>.</param>
    /// <param name="operands">Format that x and dy are rounded to first: bf16 to nearest, fp8 by <see cref="RoundRows"/>. Not for what has been rounded.</param>
    /// <param name="replicas">[the last groups, inner, columns]: where the matrices of replicas go, or empty; of a group without rows, which has no replica, nothing is written.</param>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes, or the groups have no sequences.</exception>
    public static void GroupedMatMulGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dw, RowGroups groups, int inner, int columns, NumberFormat operands = NumberFormat.Float32, Span<float> replicas = default)
    {
        Require.NotNegative(nameof(GroupedMatMulGradient), nameof(inner), inner);
        Require.NotNegative(nameof(GroupedMatMulGradient), nameof(columns), columns);
        Require.That(groups.HasSequences || groups.Count == 0, nameof(GroupedMatMulGradient), nameof(groups), "without boundaries", "the boundaries of each group's sequences");
        Require.Length(nameof(GroupedMatMulGradient), nameof(x), x.Length, (long)groups.Rows * inner);
        Require.Length(nameof(GroupedMatMulGradient), nameof(dy), dy.Length, (long)groups.Rows * columns);
        var first = groups.Count - (inner == 0 || columns == 0 ? 0 : replicas.Length / inner / columns);
        Require.Length(nameof(GroupedMatMulGradient), nameof(replicas), replicas.Length, (long)(groups.Count - first) * inner * columns);
        Require.Length(nameof(GroupedMatMulGradient), nameof(dw), dw.Length, (long)first * inner * columns);
        fixed (float* px = x, pdy = dy, pdw = dw, more = replicas)
        fixed (int* starts = groups.Starts, boundaries = groups.Boundaries, turns = groups.Turns)
        {
            float* left = px, right = pdy;
            Operands.Round(ref left, ref right, groups.Rows, inner, columns, operands);
            var sequences = new SegmentTable(boundaries, groups.Stride - 1, 0);
            new TokenProduct { Dw = pdw, More = more, First = first, Starts = starts, Groups = groups.Count, Sequences = sequences, Turns = turns, Turn = groups.Turn }.Run(left, right, inner, columns);
        }
    }
}
