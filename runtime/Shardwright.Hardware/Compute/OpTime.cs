namespace Shardwright.Hardware;

/// <summary>The time of an op on the engines of a rank.</summary>
public static class OpTime
{
    /// <summary>
    /// Busy times of all engines, each rounded once to picoseconds. A time never falls when a size, a number of bytes or of elements grows. Nothing is allocated.
    /// </summary>
    /// <param name="rates">The rank.</param>
    /// <param name="work">The op.</param>
    /// <param name="starts">First row of each expert of the rank and, last, their sum: [experts + 1]; null for an op that does not depend on routing.</param>
    /// <param name="experts">Experts of the rank.</param>
    /// <exception cref="ArgumentException"><paramref name="starts"/> is missing where a product is routed, too short, or falls.</exception>
    /// <exception cref="OverflowException">FLOPs, bytes or picoseconds exceed 2^63 − 1.</exception>
    public static EngineTimes Of(RankRates rates, OpWork work, int[]? starts = null, int experts = 0)
    {
        long rows = Rows(starts, experts);
        var products = ProductsOf(rates, work.Products, starts, experts);
        long vector = work.VectorElements.At(rows, experts);
        long scalar = work.ScalarElements.At(rows, experts);
        long gpSimd = work.GpSimdElements.At(rows, experts);
        long bytes = checked(work.ReadBytes.At(rows, experts) + work.WriteBytes.At(rows, experts));
        double dma = DmaTime.Seconds(rates, bytes, work.PayloadBytes) + DmaTime.Seconds(rates, products.ExtraBytes, payload: 0);
        return new(
            Tensor: Picoseconds.Round(ClockRamp.Seconds(products.Seconds, rates.ClockRampSeconds)),
            Vector: Picoseconds.Round(ElementTime.Seconds(vector, rates.VectorElements)),
            Scalar: Picoseconds.Round(ElementTime.Seconds(scalar, rates.ScalarElements)),
            GpSimd: Picoseconds.Round(ElementTime.Seconds(gpSimd, rates.GpSimdElements)),
            Dma: Picoseconds.Round(dma),
            Overhead: IsNothing(work) ? 0 : rates.OpOverhead,
            Flops: products.Flops,
            HbmBytes: checked(bytes + products.ExtraBytes));
    }

    private static long Rows(int[]? starts, int experts)
    {
        if (starts is null)
            return 0;
        if (experts < 0 || starts.Length <= experts)
            throw new ArgumentException($"found {starts.Length} starts for {experts} experts; need one more than experts", nameof(starts));
        for (int e = 0; e < experts; e++)
        {
            if (starts[e + 1] < starts[e])
                throw new ArgumentException($"the first rows of experts {e} and {e + 1} are {starts[e]} and {starts[e + 1]}; they may not fall", nameof(starts));
        }

        return (long)starts[experts] - starts[0];
    }

    private static ProductTotals ProductsOf(RankRates rates, IReadOnlyList<MatrixWork> products, int[]? starts, int experts)
    {
        var total = default(ProductTotals);
        for (int i = 0; i < products.Count; i++)
        {
            var product = products[i];
            var sum = new ProductTotals();
            if (product.Routed == RoutedDimension.None)
            {
                sum = sum.With(rates, product);
            }
            else
            {
                if (starts is null)
                    throw new ArgumentException("a product depends on routing; need the experts' first rows", nameof(starts));
                for (int e = 0; e < experts; e++)
                    sum = sum.With(rates, product.With(starts[e + 1] - starts[e]));
            }

            total = total.Plus(sum, MatMulTime.Seconds(rates, product.Format, sum.Load));
        }

        return total;
    }

    /// <summary>Views and marks issue nothing. An op whose experts have no rows is issued all the same: the program is compiled before the routing is known.</summary>
    private static bool IsNothing(OpWork work) =>
        work.Products.Count == 0 && work.VectorElements == default && work.ScalarElements == default && work.GpSimdElements == default && work.ReadBytes == default && work.WriteBytes == default;

    private readonly record struct ProductTotals(double Load, double Seconds, long Flops, long ExtraBytes)
    {
        public ProductTotals With(RankRates rates, MatrixWork product) => new(
            Load + MatMulTime.Load(rates, product),
            Seconds,
            checked(Flops + product.Flops),
            checked(ExtraBytes + BlockedTraffic.ExtraBytes(product, rates.SbufBytes)));

        public ProductTotals Plus(ProductTotals other, double seconds) => new(0, Seconds + seconds, checked(Flops + other.Flops), checked(ExtraBytes + other.ExtraBytes));
    }
}
