namespace Shardwright.Hardware;

/// <summary>
/// Energy of one chip in one step, in picojoules, by what draws it: E = P_static · T + FLOPs · e_FLOP + HBM bytes · e_HBM + link bytes · e_link.
/// </summary>
/// <remarks>
/// Each part is one product of whole amounts and a rate, rounded once a step, to the nearest picojoule and to even on a tie. Parts and steps are then added as whole numbers, so that sums depend
/// neither on order nor on threads. A long holds 9.2 MJ, a chip of 1 kW for 2.5 hours: longer spans, and clusters, are added in joules.
/// </remarks>
/// <param name="Static">Drawn whatever the chip does.</param>
/// <param name="Products">By floating-point operations.</param>
/// <param name="Hbm">By bytes between HBM and the core.</param>
/// <param name="Links">By bytes over links.</param>
public readonly record struct StepEnergy(long Static, long Products, long Hbm, long Links)
{
    /// <summary>All parts.</summary>
    public long Picojoules => checked(Static + Products + Hbm + Links);

    /// <summary>All parts, J.</summary>
    public double Joules => Picojoules * 1e-12;

    /// <summary>Part that the work adds.</summary>
    public long Dynamic => checked(Products + Hbm + Links);

    /// <summary>Energy of a chip that takes <paramref name="picoseconds"/> for <paramref name="work"/>.</summary>
    /// <param name="power">Rates of the chip.</param>
    /// <param name="picoseconds">Duration of the step.</param>
    /// <param name="work">What the chip did in it; all its ranks.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="picoseconds"/> is negative.</exception>
    /// <exception cref="OverflowException">A part exceeds 9.2 MJ.</exception>
    public static StepEnergy Of(PowerRates power, long picoseconds, ChipWork work)
    {
        if (picoseconds < 0)
            throw new ArgumentOutOfRangeException(nameof(picoseconds), picoseconds, "A step takes no negative time.");

        // 1 W is 1 pJ a picosecond.
        return new(
            Round(power.ChipWatts * power.StaticShare * picoseconds),
            Round(1e12 * (power.JoulesPerFlop[(int)OperandFormat.Float32] * work.Float32Flops
                + power.JoulesPerFlop[(int)OperandFormat.BFloat16] * work.BFloat16Flops
                + power.JoulesPerFlop[(int)OperandFormat.Float8] * work.Float8Flops)),
            Round(1e12 * power.JoulesPerHbmByte * work.HbmBytes),
            Round(1e12 * power.JoulesPerLinkByte * work.LinkBytes));
    }

    /// <summary>Adds part by part.</summary>
    /// <exception cref="OverflowException">A part exceeds 9.2 MJ.</exception>
    public static StepEnergy operator +(StepEnergy a, StepEnergy b)
        => checked(new(a.Static + b.Static, a.Products + b.Products, a.Hbm + b.Hbm, a.Links + b.Links));

    /// <summary>Mean power over <paramref name="picoseconds"/>, W.</summary>
    public double Watts(long picoseconds) => picoseconds == 0 ? 0 : (double)Picojoules / picoseconds;

    private static long Round(double picojoules) => checked((long)Math.Round(picojoules, MidpointRounding.ToEven));
}
