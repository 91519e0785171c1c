namespace Shardwright.Hardware;

/// <summary>What a step costs its payer and the climate: facility energy, carbon, dollars, and the same by tokens.</summary>
/// <param name="Seconds">Duration.</param>
/// <param name="Tokens">Tokens trained on.</param>
/// <param name="ChipJoules">Energy of all chips, J.</param>
/// <param name="FacilityJoules">Energy that the data centre draws for them: chips · PUE, J.</param>
/// <param name="OperationalKilograms">Carbon of the facility's energy, location-based (the grid's mean intensity, no certificates), kg CO₂e.</param>
/// <param name="EmbodiedKilograms">The step's share of the carbon of making the chips, kg CO₂e.</param>
/// <param name="Dollars">Rent, US$; null where no price is published.</param>
public sealed record StepCost(
    double Seconds, long Tokens, double ChipJoules, double FacilityJoules, double OperationalKilograms, double EmbodiedKilograms, double? Dollars)
{
    private const double JoulesPerKilowattHour = 3.6e6;

    /// <summary>Energy of the facility, kWh.</summary>
    public double KilowattHours => FacilityJoules / JoulesPerKilowattHour;

    /// <summary>Operational and embodied carbon, kg CO₂e.</summary>
    public double Kilograms => OperationalKilograms + EmbodiedKilograms;

    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond => Tokens / Seconds;

    /// <summary>Tokens that a kilowatt-hour of the facility trains on.</summary>
    public double TokensPerKilowattHour => Tokens / KilowattHours;

    /// <summary>Tokens that a dollar trains on; null without a price.</summary>
    public double? TokensPerDollar => Tokens / Dollars;

    /// <summary>US$ of a billion tokens; null without a price.</summary>
    public double? DollarsPerBillionTokens => Dollars * 1e9 / Tokens;

    /// <summary>Facility energy of a billion tokens, kWh.</summary>
    public double KilowattHoursPerBillionTokens => KilowattHours * 1e9 / Tokens;

    /// <summary>Operational and embodied carbon of a billion tokens, kg CO₂e.</summary>
    public double KilogramsPerBillionTokens => Kilograms * 1e9 / Tokens;

    /// <summary>Cost of a step on <paramref name="chips"/> chips that all do what <paramref name="chip"/> says. Whole instances are paid.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="chips">Chips that take part.</param>
    /// <param name="picoseconds">Duration of the step.</param>
    /// <param name="chip">Energy of one chip; the mean where chips differ.</param>
    /// <param name="tokens">Tokens of the step, all micro-batches and ranks.</param>
    public static StepCost Of(Machine machine, int chips, long picoseconds, StepEnergy chip, long tokens)
        => Of(machine, chips, picoseconds, chip.Joules * chips, tokens);

    /// <summary>Cost of a step whose chips draw <paramref name="chipJoules"/> together. Whole instances are paid.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no chips, the step takes no time or has no tokens.</exception>
    public static StepCost Of(Machine machine, int chips, long picoseconds, double chipJoules, long tokens)
    {
        if (chips < 1)
            throw new ArgumentOutOfRangeException(nameof(chips), chips, "A step needs at least one chip.");
        if (picoseconds < 1)
            throw new ArgumentOutOfRangeException(nameof(picoseconds), picoseconds, "A step takes time.");
        if (tokens < 1)
            throw new ArgumentOutOfRangeException(nameof(tokens), tokens, "A step trains on at least one token.");

        double hours = picoseconds * 1e-12 / 3600;
        double facility = FacilityEnergy.Joules(chipJoules, machine.Power.Pue);
        int instances = (chips + machine.ChipsPerInstance - 1) / machine.ChipsPerInstance;
        return new(
            picoseconds * 1e-12,
            tokens,
            chipJoules,
            facility,
            FacilityEnergy.Kilograms(facility, machine.Power.KilogramsPerKilowattHour),
            EmbodiedCarbon.Share(machine.Power.EmbodiedKilograms * chips, hours, machine.Power.LifetimeHours),
            machine.DollarsPerInstanceHour * instances * hours);
    }
}
