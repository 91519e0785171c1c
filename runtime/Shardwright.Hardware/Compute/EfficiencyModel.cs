namespace Shardwright.Hardware;

/// <summary>
/// Products on a GPU: t = F / (P · ε) with ε = ε_max · F / (F + F½), which is (F + F½) / (P · ε_max). F counts rows and columns rounded up to a thread block's tile, so that a product pays for the part of its tiles that
/// it does not fill. The form is Calculon's table of efficiency by size made smooth; ε_max and F½ are fitted on public A100 training runs (see the machine's sources).
/// </summary>
public static class EfficiencyModel
{
    /// <summary>FLOPs with rows and columns rounded up to tiles.</summary>
    public static double PaddedFlops(RankRates rates, MatrixWork product) =>
        2.0 * product.Count * Padded(product.Rows, rates.TileSide) * product.Inner * Padded(product.Columns, rates.TileSide);

    /// <summary>Seconds of padded FLOPs that are launched together: one product, a batch of them, the products of a rank's experts.</summary>
    public static double Seconds(RankRates rates, OperandFormat format, double paddedFlops) =>
        paddedFlops == 0 ? 0 : (paddedFlops + rates.HalfEfficiencyFlops) / (rates.TensorFlops[(int)format] * rates.TensorEfficiency);

    private static double Padded(long size, int tile) => (double)((size + tile - 1) / tile) * tile;
}
