namespace Shardwright.Hardware;

/// <summary>How the units of a level are joined.</summary>
public enum LinkShape
{
    /// <summary>A torus with wrap-around links; the sizes are <see cref="LinkLevel.Dimensions"/>.</summary>
    Torus,

    /// <summary>Every unit has a port on a switch, or reaches every other directly.</summary>
    Switch,
}

/// <summary>The links between the units of one level: ranks of a chip, chips of an instance, instances of a cluster.</summary>
public sealed record LinkLevel
{
    /// <summary>Name: <c>chip</c>, <c>instance</c>, <c>UltraServer</c>, <c>cluster</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Units of the level below in one of this level, a size a dimension: [4, 4] for a 4 × 4 torus, [8] for eight ports of a switch. 0 stands for no limit.</summary>
    public required IReadOnlyList<int> Dimensions { get; init; }

    /// <summary>How they are joined.</summary>
    public required LinkShape Shape { get; init; }

    /// <summary>
    /// One direction of one link of one unit (torus: one neighbour link; switch: one port), B/s. A dimension each. A unit of a level above the chips has <see cref="LinksPerUnit"/> of them, one a chip.
    /// </summary>
    public required IReadOnlyList<double> BytesPerSecond { get; init; }

    /// <summary>
    /// Links or ports of this kind that one unit has side by side: 1 for ranks and chips; for instances and what stands above them the number of their chips, because every chip has its own link or network
    /// port, and the ranks of a chip share that one.
    /// </summary>
    public int LinksPerUnit { get; init; } = 1;

    /// <summary>Latency of one step over one link, picoseconds.</summary>
    public required long HopPicoseconds { get; init; }

    /// <summary>Fixed time of a collective that uses this level, picoseconds.</summary>
    public long BasePicoseconds { get; init; }

    /// <summary>Achieved share of <see cref="BytesPerSecond"/> by message size and number of units; null where full speed is assumed.</summary>
    public EfficiencyTable? Efficiency { get; init; }

    /// <summary>Units of one of this level; 0 without limit.</summary>
    public int Units => Dimensions.Aggregate(1, (product, size) => product * size);
}

/// <summary>Efficiency by bytes (rows, ascending) and units (columns, ascending). Interpolated so that bytes ÷ efficiency never falls as bytes grow.</summary>
public sealed record EfficiencyTable(IReadOnlyList<long> Bytes, IReadOnlyList<int> Units, IReadOnlyList<IReadOnlyList<double>> Share);
