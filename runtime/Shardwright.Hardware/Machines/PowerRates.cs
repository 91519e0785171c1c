namespace Shardwright.Hardware;

/// <summary>Power and energy of one chip. No vendor publishes a split: static share and energies per operation are derived or assumed, and say so.</summary>
public sealed record PowerRates
{
    /// <summary>Power of a chip at full load, W.</summary>
    public required double ChipWatts { get; init; }

    /// <summary>Part of it that is drawn whatever the chip does.</summary>
    public required double StaticShare { get; init; }

    /// <summary>Energy of one FLOP by format, J. Index is <see cref="OperandFormat"/>.</summary>
    public required IReadOnlyList<double> JoulesPerFlop { get; init; }

    /// <summary>Energy of one byte between HBM and core, J.</summary>
    public required double JoulesPerHbmByte { get; init; }

    /// <summary>Energy of one byte over a link, J.</summary>
    public required double JoulesPerLinkByte { get; init; }

    /// <summary>Power usage effectiveness of the data centre: facility energy ÷ chip energy.</summary>
    public required double Pue { get; init; }

    /// <summary>Carbon of a kilowatt-hour, kg CO₂e.</summary>
    public required double KilogramsPerKilowattHour { get; init; }

    /// <summary>Embodied carbon of a chip with its share of the host, kg CO₂e, and the hours of its life.</summary>
    public required double EmbodiedKilograms { get; init; }

    /// <summary>Hours over which embodied carbon is spread.</summary>
    public required double LifetimeHours { get; init; }
}
