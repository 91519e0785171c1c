namespace Shardwright.Hardware;

/// <summary>The time of an op on the engines of a rank.</summary>
public static class OpTime
{
    /// <summary>
    /// Busy times of all engines, each rounded once to picoseconds. A time never falls when a size, a number of bytes or of elements grows. Nothing is allocated.
    /// </summary>
    /// <param name="rates">The rank.</param>
    /// <param name="work">The op.</param>
    /// <param name="starts">First row of each expert of the rank, then of each slot for a replica, and, last, their sum: [experts + slots + 1]; null for an op that does not depend on routing.</param>
    /// <param name="experts">Experts of the rank.</param>
    /// <param name="chunk">The part of them that the op is about.</param>
    /// <exception cref="ArgumentException"><paramref name="starts"/> is missing where a product is routed, too short, or falls.</exception>
    /// <exception cref="OverflowException">FLOPs, bytes or picoseconds exceed 2^63 − 1.</exception>
    public static EngineTimes Of(RankRates rates, OpWork work, int[]? starts = null, int experts = 0, ExpertChunk chunk = default) =>
        FromTerms(rates, work, Terms(rates, work, starts, experts, chunk));

    /// <summary>The same for a routed product of one expert.</summary>
    internal static EngineTimes OfExpert(RankRates rates, OpWork work, int rows) => WithProduct(rates, work, default(ProductTotals).With(rates, work.Products[0].With(rows)), rows, 1);

    /// <summary>The same where the caller has summed up the only product of the op over the rank's experts, to use the sum for several ops.</summary>
    internal static EngineTimes WithProduct(RankRates rates, OpWork work, in ProductTotals product, long rows, int experts) =>
        FromTerms(rates, work, Terms(rates, work, work.Products.Count == 0 ? default : default(ProductTotals).Plus(product, MatMulTime.Seconds(rates, work.Products[0].Format, product.Load)), rows, experts));

    private static EngineTimes FromTerms(RankRates rates, OpWork work, in OpTerms terms) => new(
        Tensor: Picoseconds.Round(terms.Tensor),
        Vector: Picoseconds.Round(ElementTime.Seconds(terms.Vector, rates.VectorElements)),
        Scalar: Picoseconds.Round(ElementTime.Seconds(terms.Scalar, rates.ScalarElements)),
        GpSimd: Picoseconds.Round(ElementTime.Seconds(terms.GpSimd, rates.GpSimdElements)),
        Dma: Picoseconds.Round(DmaTime.Seconds(rates, terms.Bytes, work.PayloadBytes) + DmaTime.Seconds(rates, terms.ExtraBytes, payload: 0)),
        Overhead: IsNothing(work) ? 0 : rates.OpOverhead,
        Flops: terms.Flops,
        HbmBytes: checked(terms.Bytes + terms.ExtraBytes));

    /// <summary>The quantities that the times are made of; <see cref="OpFormula"/> prints them.</summary>
    internal static OpTerms Terms(RankRates rates, OpWork work, int[]? starts, int experts, ExpertChunk chunk)
    {
        int first = chunk.First(experts), end = chunk.End(experts);
        long rows = Rows(starts, experts, first, chunk.IsLast ? (starts?.Length ?? 1) - 1 : end);
        if (chunk.IsLast)
            end += Held(starts, experts);
        return Terms(rates, work, ProductsOf(rates, work.Products, starts, first, end), rows, end - first);
    }

    private static OpTerms Terms(RankRates rates, OpWork work, in ProductTotals products, long rows, int experts) => new(
        products.Seconds,
        ClockRamp.Seconds(products.Seconds, rates.ClockRampSeconds),
        work.VectorElements.At(rows, experts),
        work.ScalarElements.At(rows, experts),
        work.GpSimdElements.At(rows, experts),
        checked(work.ReadBytes.At(rows, experts) + work.WriteBytes.At(rows, experts)),
        products.ExtraBytes,
        products.Flops);

    private static long Rows(int[]? starts, int experts, int first, int end)
    {
        if (starts is null)
            return 0;
        if (experts < 0 || starts.Length <= experts)
            throw new ArgumentException($"found {starts.Length} starts for {experts} experts; need one more than experts", nameof(starts));
        for (int e = 0; e < starts.Length - 1; e++)
        {
            if (starts[e + 1] < starts[e])
                throw new ArgumentException($"the first rows of experts {e} and {e + 1} are {starts[e]} and {starts[e + 1]}; they may not fall", nameof(starts));
        }

        return (long)starts[end] - starts[first];
    }

    /// <summary>Slots that hold a replica, which has rows and is in the first of them. Weights of empty slots are not read.</summary>
    private static int Held(int[]? starts, int experts)
    {
        int held = 0;
        while (starts is not null && experts + held + 1 < starts.Length && starts[experts + held + 1] > starts[experts + held])
            held++;
        return held;
    }

    private static ProductTotals ProductsOf(RankRates rates, IReadOnlyList<MatrixWork> products, int[]? starts, int first, int end)
    {
        var total = default(ProductTotals);
        for (int i = 0; i < products.Count; i++)
        {
            var sum = Product(rates, products[i], starts, first, end);
            total = total.Plus(sum, MatMulTime.Seconds(rates, products[i].Format, sum.Load));
        }

        return total;
    }

    /// <summary>Load, FLOPs and bytes read again of one entry of a statement's products: of each expert of the rank where it is routed.</summary>
    internal static ProductTotals Product(RankRates rates, MatrixWork product, int[]? starts, int first, int end)
    {
        var sum = default(ProductTotals);
        if (product.Routed == RoutedDimension.None)
            return sum.With(rates, product);
        if (starts is null)
            throw new ArgumentException("a product depends on routing; need the experts' first rows", nameof(starts));
        for (int e = first; e < end; e++)
            sum = sum.With(rates, product.With(starts[e + 1] - starts[e]));
        return sum;
    }

    /// <summary>Views and marks issue nothing. An op whose experts have no rows is issued all the same: the program is compiled before the routing is known.</summary>
    private static bool IsNothing(OpWork work) =>
        work.Products.Count == 0 && work.VectorElements == default && work.ScalarElements == default && work.GpSimdElements == default && work.ReadBytes == default && work.WriteBytes == default;

    internal readonly record struct ProductTotals(double Load, double Seconds, long Flops, long ExtraBytes)
    {
        public ProductTotals With(RankRates rates, MatrixWork product) => new(
            Load + MatMulTime.Load(rates, product),
            Seconds,
            checked(Flops + product.Flops),
            checked(ExtraBytes + BlockedTraffic.ExtraBytes(product, rates.SbufBytes)));

        public ProductTotals Plus(ProductTotals other, double seconds) => new(0, Seconds + seconds, checked(Flops + other.Flops), checked(ExtraBytes + other.ExtraBytes));
    }

    /// <summary>What an op's times are made of.</summary>
    /// <param name="FullClock">Seconds of the products at full clock.</param>
    /// <param name="Tensor">Seconds of the products with the clock's ramp.</param>
    /// <param name="Vector">Elements of the vector engine.</param>
    /// <param name="Scalar">Elements of the scalar engine.</param>
    /// <param name="GpSimd">Elements of the general-purpose engine.</param>
    /// <param name="Bytes">Bytes read and written once.</param>
    /// <param name="ExtraBytes">Bytes that products read again.</param>
    /// <param name="Flops">Floating-point operations of products.</param>
    internal readonly record struct OpTerms(double FullClock, double Tensor, long Vector, long Scalar, long GpSimd, long Bytes, long ExtraBytes, long Flops);
}
