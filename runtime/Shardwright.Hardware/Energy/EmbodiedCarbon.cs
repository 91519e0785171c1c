namespace Shardwright.Hardware;

/// <summary>Carbon of making hardware, spread over its life.</summary>
public static class EmbodiedCarbon
{
    /// <summary>Years that LLMCarbon spreads embodied carbon over.</summary>
    public const double LifetimeYears = 5;

    /// <summary>Hours of <see cref="LifetimeYears"/> years of 365 days.</summary>
    public const double LifetimeHours = LifetimeYears * 365 * 24;

    /// <summary>Carbon of parts, kg CO₂e: Σ count · units · carbon per unit, where a unit is a cm² of die or a GB of memory (LLMCarbon, arXiv 2309.14393).</summary>
    public static double Kilograms(IEnumerable<EmbodiedPart> parts) => parts.Sum(part => part.Count * part.Units * part.KilogramsPerUnit);

    /// <summary>What a use of <paramref name="hours"/> has to answer for, kg CO₂e: kilograms · hours ÷ lifetime.</summary>
    /// <param name="kilograms">Carbon of making the hardware.</param>
    /// <param name="hours">Hours of use.</param>
    /// <param name="lifetimeHours">Hours of its life.</param>
    public static double Share(double kilograms, double hours, double lifetimeHours = LifetimeHours) => kilograms * hours / lifetimeHours;
}

/// <summary>A kind of part of a machine.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Count">How many.</param>
/// <param name="Units">cm² of die, or GB of memory, of one.</param>
/// <param name="KilogramsPerUnit">Carbon per area (or per GB) of its process, kg CO₂e.</param>
public readonly record struct EmbodiedPart(string Name, double Count, double Units, double KilogramsPerUnit);
