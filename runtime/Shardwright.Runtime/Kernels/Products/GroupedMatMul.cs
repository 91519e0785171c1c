namespace Shardwright.Execution;

public static unsafe partial class Kernels
{
    /// <summary>
    /// y[rows, columns] = x[rows, inner] · w, with what follows the product in the same pass. For each element v, the fold over inner:
    /// v + y when <paramref name="accumulate"/>; + bias; · rowScale; + residual; y = round(v); gated = round(silu(gate) ∘ y). Operands left empty are left out.
    /// </summary>
    /// <param name="x">[rows, inner].</param>
    /// <param name="w">One matrix [inner, columns].</param>
    /// <param name="y">[rows, columns]; not in the memory of <paramref name="x"/>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="inner">The dimension summed over.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="accumulate">Adds to what is in <paramref name="y"/>.</param>
    /// <param name="bias">[columns].</param>
    /// <param name="rowScale">[rows].</param>
    /// <param name="residual">[rows, columns]; may be <paramref name="y"/> itself.</param>
    /// <param name="gate">[rows, columns]; goes with <paramref name="gated"/>.</param>
    /// <param name="gated">[rows, columns]; may be <paramref name="gate"/> itself.</param>
    /// <param name="operand">Format that x is rounded to first: bf16 to nearest, fp8 by <see cref="RoundRows"/>. Not for x that has been rounded.</param>
    /// <param name="store">Rounding of both outputs; stochastic rounding takes the indices of y, then those of gated.</param>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void MatMul(
        ReadOnlySpan<float> x,
        Panels w,
        Span<float> y,
        int rows,
        int inner,
        int columns,
        bool accumulate = false,
        ReadOnlySpan<float> bias = default,
        ReadOnlySpan<float> rowScale = default,
        ReadOnlySpan<float> residual = default,
        ReadOnlySpan<float> gate = default,
        Span<float> gated = default,
        NumberFormat operand = NumberFormat.Float32,
        Rounding store = default)
    {
        Require.NotNegative(nameof(MatMul), nameof(rows), rows);
        Multiply(nameof(MatMul), x, w, y, [0, rows], inner, columns, accumulate, bias, rowScale, residual, gate, gated, operand, store);
    }

    /// <summary>
    /// The rows of group g of y[rows, columns] = the rows of group g of x[rows, inner] · matrix g of w, with the options of
    /// <c>MatMul</c> on panels and the bits of one such call a group.
    /// </summary>
    /// <param name="x">[rows, inner].</param>
    /// <param name="w">One matrix [inner, columns] a group.</param>
    /// <param name="y">[rows, columns]; not in the memory of <paramref name="x"/>.</param>
    /// <param name="groups">Which rows belong to which matrix.</param>
    /// <param name="inner">The dimension summed over.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="accumulate">Adds to what is in <paramref name="y"/>.</param>
    /// <param name="bias">[groups, columns].</param>
    /// <param name="rowScale">[rows].</param>
    /// <param name="residual">[rows, columns]; may be <paramref name="y"/> itself.</param>
    /// <param name="gate">[rows, columns]; goes with <paramref name="gated"/>.</param>
    /// <param name="gated">[rows, columns]; may be <paramref name="gate"/> itself.</param>
    /// <param name="operand">Format that x is rounded to first: bf16 to nearest, fp8 by <see cref="RoundRows"/>. Not for x that has been rounded.</param>
    /// <param name="store">Rounding of both outputs; stochastic rounding takes the indices of y, then those of gated.</param>
    /// <exception cref="ArgumentException">An operand's length does not fit the sizes.</exception>
    public static void GroupedMatMul(
        ReadOnlySpan<float> x,
        Panels w,
        Span<float> y,
        RowGroups groups,
        int inner,
        int columns,
        bool accumulate = false,
        ReadOnlySpan<float> bias = default,
        ReadOnlySpan<float> rowScale = default,
        ReadOnlySpan<float> residual = default,
        ReadOnlySpan<float> gate = default,
        Span<float> gated = default,
        NumberFormat operand = NumberFormat.Float32,
        Rounding store = default)
        => Multiply(nameof(GroupedMatMul), x, w, y, groups.Starts, inner, columns, accumulate, bias, rowScale, residual, gate, gated, operand, store);

    private static void Multiply(
        string kernel,
        ReadOnlySpan<float> x,
        Panels w,
        Span<float> y,
        ReadOnlySpan<int> starts,
        int inner,
        int columns,
        bool accumulate,
        ReadOnlySpan<float> bias,
        ReadOnlySpan<float> rowScale,
        ReadOnlySpan<float> residual,
        ReadOnlySpan<float> gate,
        Span<float> gated,
        NumberFormat operand,
        Rounding store)
    {
        var groups = Math.Max(0, starts.Length - 1);
        var rows = groups == 0 ? 0 : starts[groups];
        RequirePanels(kernel, w, groups, inner, columns);
        Require.Length(kernel, nameof(x), x.Length, (long)rows * inner);
        Require.Length(kernel, nameof(y), y.Length, (long)rows * columns);
        RequireOption(kernel, nameof(bias), bias.Length, (long)groups * columns);
        RequireOption(kernel, nameof(rowScale), rowScale.Length, rows);
        RequireOption(kernel, nameof(residual), residual.Length, (long)rows * columns);
        Require.Length(kernel, nameof(gated), gated.Length, gate.Length);
        RequireOption(kernel, nameof(gate), gate.Length, (long)rows * columns);
        if (rows == 0 || columns == 0)
            return;
        fixed (float* px = x, py = y, pBias = bias, pScale = rowScale, pResidual = residual, pGate = gate, pGated = gated)
        fixed (int* pStarts = starts)
        {
            var product = new PackedProduct
            {
                X = Operands.Round(px, rows, inner, operand),
                W = w,
                Starts = pStarts,
                Groups = groups,
                Epilogue = new Epilogue { Y = py, Columns = columns, Accumulate = accumulate, Bias = pBias, RowScale = pScale, Residual = pResidual, Gate = pGate, Gated = pGated },
            };
            Rounders.Run(store, product);
        }
    }

    private static void RequirePanels(string kernel, Panels w, int matrices, int inner, int columns)
    {
        if (w.Matrices != matrices || w.Inner != inner || w.Columns != columns)
            throw new ArgumentException($"Kernels.{kernel}: w is [{w.Matrices}, {w.Inner}, {w.Columns}]; need [{matrices}, {inner}, {columns}].", nameof(w));
    }

    private static void RequireOption(string kernel, string argument, int got, long need)
    {
        if (got != 0)
            Require.Length(kernel, argument, got, need);
    }
}
