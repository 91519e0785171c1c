namespace Shardwright.Hardware;

/// <summary>How the time of a product follows from its size.</summary>
public enum TensorModel
{
    /// <summary>A 128 × 128 systolic array: cycles of tiles (NeuronCores).</summary>
    Systolic,

    /// <summary>Peak × efficiency(FLOPs) × tile fill (GPUs).</summary>
    Efficiency,
}

/// <summary>Engines and memory of one rank: a logical NeuronCore (its physical cores taken together) or a GPU. Rates per second, sizes in bytes.</summary>
public sealed record RankRates
{
    /// <summary>How the tensor engine is timed.</summary>
    public required TensorModel Tensor { get; init; }

    /// <summary>Peak of products by format, FLOP/s; the rate of bfloat16 where the machine lacks the format. Index is <see cref="OperandFormat"/>.</summary>
    public required IReadOnlyList<double> TensorFlops { get; init; }

    /// <summary>Whether the machine has the format at all. Index is <see cref="OperandFormat"/>.</summary>
    public required IReadOnlyList<bool> HasFormat { get; init; }

    /// <summary>Physical cores that share a product's tiles.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Clock of the tensor engine, Hz (systolic model).</summary>
    public double TensorClock { get; init; }

    /// <summary>Side of the stationary tile (rows of the array); of a thread block's tile in the efficiency model.</summary>
    public int TileSide { get; init; } = 128;

    /// <summary>Most vectors that move past one stationary tile in a run.</summary>
    public int MovingMost { get; init; } = 512;

    /// <summary>A shorter run is charged this many cycles.</summary>
    public int MovingLeast { get; init; } = 64;

    /// <summary>Seconds over which the clock ramps from half to full after idling; 0 without.</summary>
    public double ClockRampSeconds { get; init; }

    /// <summary>Largest efficiency of a product (efficiency model).</summary>
    public double TensorEfficiency { get; init; } = 1;

    /// <summary>FLOPs of a product at which its efficiency is half of the largest (efficiency model).</summary>
    public double HalfEfficiencyFlops { get; init; }

    /// <summary>Elements a second of the vector engine, for 4-byte elements.</summary>
    public required double VectorElements { get; init; }

    /// <summary>Elements a second of the scalar engine.</summary>
    public required double ScalarElements { get; init; }

    /// <summary>Elements a second of the general-purpose engine.</summary>
    public required double GpSimdElements { get; init; }

    /// <summary>HBM of the rank.</summary>
    public required long HbmBytes { get; init; }

    /// <summary>Published HBM bandwidth of the rank's share, B/s.</summary>
    public required double HbmBandwidth { get; init; }

    /// <summary>Share of <see cref="HbmBandwidth"/> that long streams reach.</summary>
    public required double HbmEfficiency { get; init; }

    /// <summary>Bandwidth of the rank's DMA engines, B/s; at least HBM's where a machine has none.</summary>
    public required double DmaBandwidth { get; init; }

    /// <summary>DMA payload from which full bandwidth is reached, bytes.</summary>
    public int DmaFullPayload { get; init; }

    /// <summary>On-chip memory of the rank: what an op may keep instead of reading it again.</summary>
    public required long SbufBytes { get; init; }

    /// <summary>Fixed time of an op, picoseconds.</summary>
    public required long OpOverhead { get; init; }

    /// <summary>Ridge of the roofline at the engine's rate, FLOP/B; <see cref="Machine.Ridge"/> has the published one.</summary>
    public double Ridge(OperandFormat format) => TensorFlops[(int)format] / HbmBandwidth;
}
