namespace Shardwright.Hardware.Tests;

/// <summary>Machines with round numbers, for examples that a reader can follow by hand.</summary>
internal static class TestMachines
{
    /// <summary>One rank a chip of 100 TFLOP/s and 1 TB/s (both reached), 10 µs an op; 100 GB/s a port inside an instance and outside.</summary>
    public static Machine Plain(int chipsPerInstance = 8) => new()
    {
        Name = "plain",
        Chip = "plain",
        RanksPerChip = 1,
        ChipsPerInstance = chipsPerInstance,
        Rank = new()
        {
            Tensor = TensorModel.Efficiency,
            TensorFlops = [50e12, 100e12, 200e12],
            HasFormat = [true, true, true],
            VectorElements = 1e15,
            ScalarElements = 1e15,
            GpSimdElements = 1e15,
            HbmBytes = 80L << 30,
            HbmBandwidth = 1e12,
            HbmEfficiency = 1,
            DmaBandwidth = 1e12,
            SbufBytes = 40L << 20,
            OpOverhead = 10_000_000,
        },
        HeadlineFlops = [50e12, 100e12, 200e12],
        Levels =
        [
            new() { Name = "instance", Dimensions = [chipsPerInstance], Shape = LinkShape.Switch, BytesPerSecond = [100e9], HopPicoseconds = 1_000_000 },
            new() { Name = "cluster", Dimensions = [0], Shape = LinkShape.Switch, BytesPerSecond = [100e9], HopPicoseconds = 10_000_000 },
        ],
        Collectives = "nccl",
        OverlapSlowdown = 1,
        Power = new()
        {
            ChipWatts = 1000,
            StaticShare = 0.4,
            JoulesPerFlop = [2e-12, 0.4e-12, 0.2e-12],
            JoulesPerHbmByte = 40e-12,
            JoulesPerLinkByte = 80e-12,
            Pue = 1.1,
            KilogramsPerKilowattHour = 0.4,
            EmbodiedKilograms = 150,
            LifetimeHours = 43_800,
        },
        ChipHoursBetweenFailures = 50_677,
    };
}
