namespace Shardwright.Hardware.Tests;

/// <summary>Small programs whose times a reader can add up: on <see cref="TestMachines.Plain"/> a statement takes 10 µs and a microsecond a million bytes.</summary>
internal static class Steps
{
    public const long Microsecond = 1_000_000;

    /// <summary>A statement that moves <paramref name="megabytes"/> million bytes.</summary>
    public static TimedOp Move(int index, long megabytes, int[] reads, int[] writes) =>
        new($"op {index}") { Index = index, Work = new() { ReadBytes = new(megabytes * 1_000_000) }, Reads = reads, Writes = writes };

    /// <summary>An all-reduce over all ranks.</summary>
    public static TimedOp Reduce(int index, long bytes, int slot) =>
        new($"op {index}") { Index = index, Collective = new(CollectiveKind.AllReduce, CollectiveGroup.World, new(bytes)), Reads = [slot], Writes = [slot] };

    public static TimedProgram Program(params TimedNode[] nodes) => new(nodes, [], 8);

    /// <summary>A step of two layers with an expert group each: products and an exchange, forward and back.</summary>
    public static TimedProgram Routed(int layers = 2, RowExchange exchange = RowExchange.Variable) => new(
    [
        new TimedLoop("microBatch", 2,
        [
            new TimedLoop("block", layers,
            [
                Move(0, 1, [0], [1]),
                new TimedOp("dispatch") { Index = 1, Site = 0, Collective = new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, exchange, 1024), Reads = [1], Writes = [2] },
                new TimedOp("experts") { Index = 2, Site = 0, Work = new() { Products = [new(1, 0, 256, 512, OperandFormat.BFloat16, RoutedDimension.Rows)], ReadBytes = new(0, 1024, 262_144), WriteBytes = new(0, 1024) }, Reads = [2], Writes = [3] },
                new TimedOp("return") { Index = 3, Site = 0, Collective = new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, exchange, 1024), Reads = [3], Writes = [0] },
            ]),
            Reduce(4, 1 << 20, 0),
        ]) { IsMicroBatches = true },
        Move(5, 2, [0], [0]),
    ], [new("Blocks[*].Experts", 8, 2, layers, 256)], 4);
}
