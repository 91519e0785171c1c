namespace Shardwright.Hardware;

/// <summary>Energy of many chips in one step, J, by what draws it.</summary>
/// <param name="Static">Drawn whatever the chips do.</param>
/// <param name="Products">By floating-point operations.</param>
/// <param name="Hbm">By bytes between HBM and the cores.</param>
/// <param name="Links">By bytes over links.</param>
public readonly record struct EnergyParts(double Static, double Products, double Hbm, double Links)
{
    private const double Pico = 1e-12;

    /// <summary>All parts, J.</summary>
    public double Joules => Static + Products + Hbm + Links;

    /// <summary>Adds part by part.</summary>
    public static EnergyParts operator +(EnergyParts a, EnergyParts b) => new(a.Static + b.Static, a.Products + b.Products, a.Hbm + b.Hbm, a.Links + b.Links);

    /// <summary>That of <paramref name="chips"/> chips which all draw the same.</summary>
    public static EnergyParts Of(StepEnergy chip, int chips) => new(chip.Static * Pico * chips, chip.Products * Pico * chips, chip.Hbm * Pico * chips, chip.Links * Pico * chips);
}
