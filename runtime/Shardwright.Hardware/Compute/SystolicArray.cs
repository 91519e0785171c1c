namespace Shardwright.Hardware;

/// <summary>
/// Cycles of a product on a 128 × 128 systolic array, by the rules that AWS documents for NeuronCores (NKI guides, trainium_inferentia2_arch.rst and tiling overview): a stationary tile holds up to 128 summed
/// elements × 128 rows or columns of the result; up to 512 vectors move past it, one a cycle; a shorter run is charged at least 64 cycles. Loading the next stationary tile runs behind the current product at up to
/// four times its speed, so it is hidden and costs nothing here. float32 takes four passes; 8-bit formats sum 256 (Trainium2) or 512 (Trainium3) elements a pass.
/// </summary>
public static class SystolicArray
{
    /// <summary>
    /// Cycles of the busiest core: the operand that is better held stationary is; output tiles, or whole products, are spread over the rank's cores. Sums stay on one core.
    /// </summary>
    public static double Cycles(RankRates rates, MatrixWork product)
    {
        if (product.Count == 0 || product.Rows == 0 || product.Inner == 0 || product.Columns == 0)
            return 0;
        double side = rates.TileSide;
        double relative = rates.TensorFlops[(int)product.Format] / (2 * side * side * rates.TensorClock * rates.Cores);
        int elements = Math.Max(1, (int)Math.Round(relative));
        double passes = elements / relative;

        long depth = CeilingOf(product.Inner, (long)rates.TileSide * elements);
        long split = Math.Min(Tiles(rates, product.Rows, product.Columns, rates.Cores), Tiles(rates, product.Columns, product.Rows, rates.Cores));
        long whole = Math.Min(Tiles(rates, product.Rows, product.Columns, 1), Tiles(rates, product.Columns, product.Rows, 1));
        double cycles = Math.Min((double)product.Count * split, (double)CeilingOf(product.Count, rates.Cores) * whole);
        return passes * depth * cycles;
    }

    /// <summary>Cycles of moving vectors past one stationary tile: full runs, and a rest that counts at least <see cref="RankRates.MovingLeast"/>.</summary>
    public static long MovingCycles(RankRates rates, long vectors)
    {
        long full = vectors / rates.MovingMost;
        long rest = vectors - full * rates.MovingMost;
        return full * rates.MovingMost + (rest == 0 ? 0 : Math.Max(rest, rates.MovingLeast));
    }

    // Of one layer of the sum, on the busiest core: either the stationary tiles or the moving vectors are divided.
    private static long Tiles(RankRates rates, long stationary, long moving, int cores)
    {
        long tiles = CeilingOf(stationary, rates.TileSide);
        return Math.Min(checked(CeilingOf(tiles, cores) * MovingCycles(rates, moving)), checked(tiles * MovingCycles(rates, CeilingOf(moving, cores))));
    }

    private static long CeilingOf(long a, long b) => (a + b - 1) / b;
}
