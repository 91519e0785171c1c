namespace Shardwright.Hardware.Tests;

/// <summary>Machines with round numbers, made by hand, for tests of collectives.</summary>
public static class CollectiveMachines
{
    public const long Microsecond = 1_000_000;
    public const double Gigabyte = 1e9;

    /// <summary>4 ranks a chip (100 GB/s a rank's port, 1 µs), 4 × 4 chips (100 GB/s a link, 2 µs), a cluster (400 GB/s an instance, 15 µs).</summary>
    public static Machine Trainium2(long basePicoseconds = 0) => Of("trn2-like", "neuron", 4, 16, [
        Switch("chip", 4, 100, 1),
        Torus("instance", [4, 4], 100, 2),
        Switch("cluster", 0, 400, 15) with { BasePicoseconds = basePicoseconds },
    ]);

    /// <summary>4 ranks a chip (100 GB/s a rank's port), 4 chips a sled (256 GB/s a chip), a rack of 36 sleds (1,280 GB/s a sled), a cluster.</summary>
    public static Machine Trainium3() => Of("trn3-like", "neuron-switch", 4, 144, [
        Switch("chip", 4, 100, 1), Switch("sled", 4, 256, 1), Switch("rack", 36, 1280, 1), Switch("cluster", 0, 3600, 15)]);

    /// <summary>Nodes of 8 ranks (450 GB/s a rank, 0.6 µs) on a network (8 × 50 GB/s, 2.7 µs), 6.6 µs before any collective.</summary>
    public static Machine Nccl() => Of("gpu-like", "nccl", 1, 8, [
        Switch("node", 8, 450, 0.6) with { BasePicoseconds = 6_600_000 }, Switch("cluster", 0, 400, 2.7) with { BasePicoseconds = 6_600_000 }]);

    /// <summary>A torus of single ranks and nothing else.</summary>
    public static Machine TorusOf(string collectives, double gigabytes, double hopMicroseconds, params int[] dimensions) => Of("torus", collectives, 1, dimensions.Aggregate(1, (a, b) => a * b), [Torus("torus", dimensions, gigabytes, hopMicroseconds)]);

    public static Machine SwitchOf(string collectives, double gigabytes, double hopMicroseconds, int ranks) => Of("switch", collectives, 1, ranks, [Switch("switch", ranks, gigabytes, hopMicroseconds)]);

    public static LinkLevel Switch(string name, int units, double gigabytes, double hopMicroseconds) => new()
    {
        Name = name,
        Dimensions = [units],
        Shape = LinkShape.Switch,
        BytesPerSecond = [gigabytes * Gigabyte],
        HopPicoseconds = (long)(hopMicroseconds * Microsecond),
    };

    public static LinkLevel Torus(string name, int[] dimensions, double gigabytes, double hopMicroseconds) => new()
    {
        Name = name,
        Dimensions = dimensions,
        Shape = LinkShape.Torus,
        BytesPerSecond = [.. dimensions.Select(_ => gigabytes * Gigabyte)],
        HopPicoseconds = (long)(hopMicroseconds * Microsecond),
    };

    public static Machine Of(string name, string collectives, int ranksPerChip, int chips, IReadOnlyList<LinkLevel> levels) => new()
    {
        Name = name,
        Chip = name,
        RanksPerChip = ranksPerChip,
        ChipsPerInstance = chips,
        Rank = new RankRates
        {
            Tensor = TensorModel.Efficiency,
            TensorFlops = [1e14, 1e14, 1e14],
            HasFormat = [true, true, true],
            Cores = ranksPerChip == 4 ? 2 : 1,
            VectorElements = 1e12,
            ScalarElements = 1e12,
            GpSimdElements = 1e12,
            HbmBytes = 1L << 34,
            HbmBandwidth = 1e12,
            HbmEfficiency = 1,
            DmaBandwidth = 1e12,
            SbufBytes = 1 << 24,
            OpOverhead = 0,
        },
        HeadlineFlops = [1e14, 1e14, 1e14],
        Levels = levels,
        Collectives = collectives,
        OverlapSlowdown = 1.1,
        Power = new PowerRates
        {
            ChipWatts = 500,
            StaticShare = 0.4,
            JoulesPerFlop = [0, 0, 0],
            JoulesPerHbmByte = 0,
            JoulesPerLinkByte = 0,
            Pue = 1.1,
            KilogramsPerKilowattHour = 0.4,
            EmbodiedKilograms = 100,
            LifetimeHours = 40_000,
        },
        ChipHoursBetweenFailures = 50_000,
    };
}
