using System.Globalization;

namespace Shardwright.Hardware;

/// <summary>How a statement's time follows from its sizes, as a line of text with the numbers put in. The numbers are those of <see cref="OpTime"/> and <see cref="CollectiveTimer"/>; nothing is computed a second time.</summary>
public static class OpFormula
{
    private const double Micro = 1e6;

    /// <summary>An op on the engines of a rank.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="work">The op.</param>
    /// <param name="times">Its times: <see cref="OpTime.Of"/> for the same arguments.</param>
    /// <param name="starts">First rows of the rank's experts, as for <see cref="OpTime.Of"/>.</param>
    /// <param name="experts">Experts of the rank.</param>
    /// <param name="chunk">The part of them that the op is about.</param>
    public static string Of(Machine machine, OpWork work, in EngineTimes times, int[]? starts, int experts, ExpertChunk chunk = default)
    {
        if (times.Duration == 0)
            return "no work: a view or a mark";
        var rates = machine.Rank;
        var terms = OpTime.Terms(rates, work, starts, experts, chunk);
        var names = machine.EngineNames;
        var parts = new List<string>();
        if (work.Products.Count > 0)
            parts.Add($"{names[(int)Engine.Tensor]}: {string.Join(" + ", work.Products.Select(product => Product(rates, product, starts, chunk.First(experts), chunk.End(experts))))} = {Seconds(terms.FullClock)}"
                + (rates.ClockRampSeconds > 0 ? $", {Time(times.Tensor)} with the clock's ramp" : ""));
        Elements(Engine.Vector, terms.Vector, rates.VectorElements, times.Vector);
        Elements(Engine.Scalar, terms.Scalar, rates.ScalarElements, times.Scalar);
        Elements(Engine.GpSimd, terms.GpSimd, rates.GpSimdElements, times.GpSimd);
        if (times.HbmBytes > 0)
            parts.Add($"{names[(int)Engine.Dma]}: {Bytes(work.PayloadBytes, terms.Bytes)}{(terms.ExtraBytes > 0 ? $" + {ScaleText.Bytes(terms.ExtraBytes)} read again ÷ {Rate(DmaTime.Rate(rates, 0), "B/s")}" : "")} = {Time(times.Dma)}");
        return $"{string.Join("; ", parts)} ⇒ {Time(times.Overhead)} fixed + {Time(times.Slowest)} {names[(int)times.Bound]} = {Time(times.Duration)}";

        void Elements(Engine engine, long elements, double rate, long time)
        {
            if (elements > 0)
                parts.Add($"{names[(int)engine]}: {Number(elements)} elements ÷ {Rate(rate, "/s")} = {Time(time)}");
        }

        string Bytes(int payload, long bytes) => $"{ScaleText.Bytes(bytes)}{(payload > 0 ? $" in pieces of {Number(payload)} B" : "")} ÷ {Rate(DmaTime.Rate(rates, payload), "B/s")}";
    }

    /// <summary>A collective.</summary>
    /// <param name="cost">Its cost.</param>
    /// <param name="bytes">Bytes, as its kind counts them.</param>
    /// <param name="ranks">Ranks of the group.</param>
    public static string Of(in CollectiveCost cost, long bytes, int ranks) => ranks == 1 ? "one rank: nothing to exchange"
        : $"{cost.Algorithm} of {ScaleText.Bytes(bytes)} among {Number(ranks)} ranks: {Time(cost.Latency)} latency + {Time(cost.Picoseconds - cost.Latency)} for {ScaleText.Bytes(cost.LinkBytes)} of a rank over links ⇒ {Time(cost.Picoseconds)}";

    private static string Product(RankRates rates, MatrixWork product, int[]? starts, int first, int end)
    {
        int experts = end - first;
        var totals = OpTime.Product(rates, product, starts, first, end);
        var size = product.Routed == RoutedDimension.None ? product : product.With(starts![end] - starts[first]);
        string flops = $"{(size.Count > 1 ? Number(size.Count) + " × " : "")}2·{Number(size.Rows)}·{Number(size.Inner)}·{Number(size.Columns)} FLOP{(product.Routed == RoutedDimension.None ? "" : $" of {Number(experts)} {(experts == 1 ? "expert" : "experts")}")}";
        return rates.Tensor == TensorModel.Systolic
            ? $"{flops} in {Number((long)Math.Ceiling(totals.Load))} cycles ÷ {Rate(rates.TensorClock, "Hz")}"
            : $"({flops}, {Rate(totals.Load, "FLOP")} in whole tiles, + {Rate(rates.HalfEfficiencyFlops, "FLOP")}) ÷ ({Rate(rates.TensorFlops[(int)product.Format], "FLOP/s")} · {rates.TensorEfficiency.ToString("G3", CultureInfo.InvariantCulture)})";
    }

    /// <summary>A duration with three digits, in the unit that suits it.</summary>
    internal static string Time(long picoseconds) => Seconds(picoseconds * 1e-12);

    private static string Seconds(double seconds) => seconds switch
    {
        >= 1 => Digits(seconds) + " s",
        >= 1e-3 => Digits(seconds * 1e3) + " ms",
        >= 1e-7 or 0 => Digits(seconds * Micro) + " µs",
        _ => Digits(seconds * 1e9) + " ns",
    };

    private static string Rate(double value, string unit) => value switch
    {
        >= 1e15 => Digits(value / 1e15) + " P" + unit,
        >= 1e12 => Digits(value / 1e12) + " T" + unit,
        >= 1e9 => Digits(value / 1e9) + " G" + unit,
        >= 1e6 => Digits(value / 1e6) + " M" + unit,
        _ => Digits(value) + " " + unit,
    };

    private static string Digits(double value) => value >= 1000 ? value.ToString("F0", CultureInfo.InvariantCulture) : value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
