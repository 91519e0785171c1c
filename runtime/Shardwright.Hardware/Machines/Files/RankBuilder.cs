namespace Shardwright.Hardware;

/// <summary>A rank's part of the chip's HBM.</summary>
internal readonly record struct HbmShare(long Bytes, double Bandwidth, double Efficiency);

/// <summary>Rates of a rank from those of a physical core: a rank is one or more cores that work on every op together.</summary>
internal static class RankBuilder
{
    private const double PicosecondsPerSecond = 1e12;

    private static readonly string[] Common =
        ["model", "tensorFlops", "tileSide", "vectorElements", "scalarElements", "gpSimdElements", "dmaBandwidth", "dmaFullPayload", "sbuf", "opOverhead"];

    private static readonly string[] Systolic = ["tensorClock", "movingMost", "movingLeast", "clockRamp"];

    private static readonly string[] Efficiency = ["tensorEfficiency", "halfEfficiencyFlops"];

    public static RankRates Build(Section root, int cores, HbmShare hbm)
    {
        bool isSystolic = root.Child("core", [.. Common, .. Systolic, .. Efficiency]).Text("model", "systolic", "efficiency") == "systolic";
        var core = root.Child("core", [.. Common, .. isSystolic ? Systolic : Efficiency]);
        var flops = Formats.Rates(core.Child("tensorFlops", Formats.Keys), out var has);
        var rates = new RankRates
        {
            Tensor = isSystolic ? TensorModel.Systolic : TensorModel.Efficiency,
            TensorFlops = flops.Select(rate => cores * rate).ToList().AsReadOnly(),
            HasFormat = has,
            Cores = cores,
            TileSide = core.Count("tileSide"),
            VectorElements = cores * core.Number("vectorElements", Measure.ElementsPerSecond),
            ScalarElements = cores * core.Number("scalarElements", Measure.ElementsPerSecond),
            GpSimdElements = cores * core.Number("gpSimdElements", Measure.ElementsPerSecond),
            HbmBytes = hbm.Bytes,
            HbmBandwidth = hbm.Bandwidth,
            HbmEfficiency = hbm.Efficiency,
            DmaBandwidth = cores * core.Number("dmaBandwidth", Measure.BytesPerSecond),
            DmaFullPayload = (int)Math.Min(int.MaxValue, core.Number("dmaFullPayload", Measure.Bytes, zero: true)),
            SbufBytes = (long)(cores * core.Number("sbuf", Measure.Bytes, least: 1)),
            OpOverhead = (long)Math.Round(core.Number("opOverhead", Measure.Seconds, zero: true) * PicosecondsPerSecond),
        };
        return isSystolic ? WithArray(rates, core) : WithEfficiency(rates, core);
    }

    private static RankRates WithArray(RankRates rates, Section core)
    {
        int most = core.Count("movingMost");
        int least = core.Count("movingLeast");
        if (least > most)
            throw Section.Problem(core.Need("movingLeast"), $"found {least} for 'core.movingLeast'; need at most 'core.movingMost', {most}");
        return rates with
        {
            TensorClock = core.Number("tensorClock", Measure.Hertz, least: 1e6),
            MovingMost = most,
            MovingLeast = least,
            ClockRampSeconds = core.Number("clockRamp", Measure.Seconds, zero: true),
        };
    }

    private static RankRates WithEfficiency(RankRates rates, Section core) => rates with
    {
        TensorEfficiency = MachineBuilder.Share(core, "tensorEfficiency"),
        HalfEfficiencyFlops = core.Number("halfEfficiencyFlops", Measure.Flop, zero: true),
    };
}
