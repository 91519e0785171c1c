namespace Shardwright.Hardware;

/// <summary>
/// A target: a kind of instance, its chips, the links between them, price and power. Built-in machines and a user's own come from JSON files of one schema (<see cref="MachineFile"/>); every value keeps its origin and source.
/// </summary>
public sealed record Machine
{
    private static readonly string[] NeuronCoreEngines = ["TensorE", "VectorE", "ScalarE", "GpSimdE", "DMA", "collectives"];
    private static readonly string[] OtherEngines = ["tensor", "vector", "scalar", "gather/scatter", "memory", "collectives"];

    /// <summary>Name as in the cloud's catalogue: <c>trn2.48xlarge</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The chip: <c>Trainium2</c>, <c>H100</c>.</summary>
    public required string Chip { get; init; }

    /// <summary>Ranks of a chip: logical NeuronCores, 1 on a GPU.</summary>
    public required int RanksPerChip { get; init; }

    /// <summary>Chips of an instance: what is rented by the hour.</summary>
    public required int ChipsPerInstance { get; init; }

    /// <summary>Engines and memory of one rank.</summary>
    public required RankRates Rank { get; init; }

    /// <summary>Published peak of a chip by format, FLOP/s: what MFU divides by. Index is <see cref="OperandFormat"/>.</summary>
    public required IReadOnlyList<double> HeadlineFlops { get; init; }

    /// <summary>Whether products take operands of an eight-bit format; all of them where a machine does not say. Index is <see cref="Float8Kind"/>. Counts where the machine has a rate for eight bits at all (<see cref="RankRates.HasFormat"/>).</summary>
    public IReadOnlyList<bool> HasFloat8 { get; init; } = [true, true, true];

    /// <summary>Links by level, innermost first: ranks of a chip (left out where a chip is one rank), chips of an instance, instances of a rack and of an UltraServer where there are such, the cluster. The last level has no limit.</summary>
    public required IReadOnlyList<LinkLevel> Levels { get; init; }

    /// <summary>Which rules choose collective algorithms and restrict all-to-all-v: <c>neuron</c> (torus), <c>neuron-switch</c>, <c>nccl</c>.</summary>
    public required string Collectives { get; init; }

    /// <summary>How much slower compute and communication run while they overlap: ≥ 1.</summary>
    public required double OverlapSlowdown { get; init; }

    /// <summary>Power and energy.</summary>
    public required PowerRates Power { get; init; }

    /// <summary>US$ of an instance-hour; null where none is published.</summary>
    public double? DollarsPerInstanceHour { get; init; }

    /// <summary>Mean hours between failures of one chip.</summary>
    public required double ChipHoursBetweenFailures { get; init; }

    /// <summary>What the predictions were held against; null when no public measurement covers this machine: then every answer says "uncalibrated".</summary>
    public string? Calibration { get; init; }

    /// <summary>Every value with its origin and source.</summary>
    public IReadOnlyList<MachineFact> Facts { get; init; } = [];

    /// <summary>Whether public measurements cover the machine.</summary>
    public bool IsCalibrated => Calibration is not null;

    /// <summary>
    /// Ridge of the chip's published roofline, FLOP/B: headline peak ÷ HBM bandwidth. Work with fewer FLOPs a byte is bound by memory. <see cref="RankRates.Ridge"/> is the same for the engine's rate, which decides times.
    /// </summary>
    public double Ridge(OperandFormat format) => HeadlineFlops[(int)format] / (Rank.HbmBandwidth * RanksPerChip);

    /// <summary>What the engines are called here, in the order of <see cref="Engine"/>.</summary>
    public IReadOnlyList<string> EngineNames => Collectives.StartsWith("neuron", StringComparison.Ordinal) ? NeuronCoreEngines : OtherEngines;

    /// <summary>Ranks of one instance.</summary>
    public int RanksPerInstance => RanksPerChip * ChipsPerInstance;
}

/// <summary>Where a value comes from.</summary>
public enum Origin
{
    /// <summary>In the named source.</summary>
    Published,

    /// <summary>Computed from published values, as the source says.</summary>
    Derived,

    /// <summary>No public source: an assumption, said to be one wherever it decides.</summary>
    Assumed,
}

/// <summary>A value of a machine with its unit, origin and source.</summary>
public sealed record MachineFact(string Key, double Value, string Unit, Origin Origin, string Source);
