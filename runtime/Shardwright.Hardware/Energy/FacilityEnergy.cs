namespace Shardwright.Hardware;

/// <summary>Energy and carbon of the building around the chips.</summary>
public static class FacilityEnergy
{
    /// <summary>Energy of the facility, J: chips · PUE.</summary>
    /// <param name="chipJoules">Energy of the chips.</param>
    /// <param name="pue">Power usage effectiveness: facility energy ÷ energy of the machines; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="pue"/> is below 1.</exception>
    public static double Joules(double chipJoules, double pue)
        => pue >= 1 ? chipJoules * pue : throw new ArgumentOutOfRangeException(nameof(pue), pue, "A facility draws at least what its machines draw.");

    /// <summary>Location-based carbon, kg CO₂e: energy · intensity of the grid.</summary>
    /// <param name="facilityJoules">Energy of the facility.</param>
    /// <param name="kilogramsPerKilowattHour">Intensity of the grid at that place.</param>
    public static double Kilograms(double facilityJoules, double kilogramsPerKilowattHour) => facilityJoules / 3.6e6 * kilogramsPerKilowattHour;

    /// <summary>
    /// Energy of a whole training run from mean power: MWh = W · chips · hours · PUE ÷ 10⁶ (Patterson et al. 2021, arXiv 2104.10350, and LLMCarbon).
    /// </summary>
    /// <param name="wattsPerChip">Mean power of a chip with its share of the host.</param>
    /// <param name="chips">Chips.</param>
    /// <param name="hours">Duration.</param>
    /// <param name="pue">Power usage effectiveness.</param>
    public static double MegawattHours(double wattsPerChip, int chips, double hours, double pue) => Joules(wattsPerChip * chips * hours * 3600, pue) / 3.6e9;

    /// <summary>Hours of a training run at a given utilisation: FLOPs ÷ (chips · peak · utilisation) ÷ 3600.</summary>
    /// <param name="flops">Floating-point operations of the run, for instance 6 · parameters · tokens.</param>
    /// <param name="chips">Chips.</param>
    /// <param name="peakFlops">Peak of one chip, FLOP/s.</param>
    /// <param name="utilization">Achieved share of the peak.</param>
    public static double Hours(double flops, int chips, double peakFlops, double utilization) => flops / (chips * peakFlops * utilization) / 3600;
}
