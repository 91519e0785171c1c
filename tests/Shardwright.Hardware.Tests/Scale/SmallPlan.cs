namespace Shardwright.Hardware.Tests;

/// <summary>A plan with round numbers: an embedding of 8 MiB, four layers of 4 MiB and 8 experts of 2 MiB each, two choices for each of 256 tokens a rank, compiled for two ranks.</summary>
internal static class SmallPlan
{
    public const long MiB = 1 << 20, Outside = 8 * MiB, Dense = 4 * MiB, Expert = 2 * MiB;
    public const int Layers = 4, Experts = 8;

    public static PlanDocument Plan { get; } = new()
    {
        Model = "Small",
        Placement = new(2, 1),
        Batch = 2,
        TokensPerSequence = 256,
        MicroBatches = 1,
        Target = "plain",
        PlannedPicoseconds = 1,
        Memory = new(Parameters, Parameters, Parameters * 2, Workspace: 10 * MiB, [1000], [500], Peak)
        {
            WorkspacePerRank = 100,
            LargestOutside = new(Outside),
        },
        Program = new([Batch(), .. Update()], [new("Blocks[*].Experts", Experts, 2, Layers, 256)], slots: 8),
    };

    /// <summary>Parameters of a rank.</summary>
    public static Amount Parameters => new(Outside + Layers * Dense, 0, Layers * Expert);

    private static long Peak => 4 * Parameters.At(0, Experts) + 9 * MiB + 512 * (1000L * Layers + 500);

    // Slots: 0 activations, 1 counts, 2 rows at their experts, 3 rows that came back, 4 gradients of dense parameters, 5 of experts.
    private static TimedLoop Batch() => new("microBatch", 1,
    [
        Compute(0, StepPhase.Forward, [], [0]),
        Loop(false,
        [
            Compute(1, StepPhase.Forward, [0], [0]),
            Exchange(2, StepPhase.Forward, 0, 2),
            Routed(3, StepPhase.Forward, [2], [3], RoutedDimension.Rows),
            Exchange(4, StepPhase.Forward, 3, 0),
        ]),
        Loop(true,
        [
            Exchange(5, StepPhase.Backward, 0, 2),
            Routed(6, StepPhase.Backward, [2], [3], RoutedDimension.Rows),
            Routed(7, StepPhase.Backward, [2], [5], RoutedDimension.Inner),
            Exchange(8, StepPhase.Backward, 3, 0),
            Compute(9, StepPhase.Backward, [0], [0, 4]),
        ]),
        Reduce(10, CollectiveGroup.World, new(Outside + Layers * Dense), 4, -1),
        Reduce(11, CollectiveGroup.ExpertReplicas, new(0, 0, Layers * Expert), 5, 0),
    ])
    { IsMicroBatches = true };

    private static TimedNode[] Update() =>
    [
        new TimedOp("AdamW") { Index = 12, Phase = StepPhase.Update, Site = 0, Reads = [4, 5], Writes = [4, 5], Work = new() { ReadBytes = Parameters * 4, WriteBytes = Parameters * 3 } },
    ];

    private static TimedLoop Loop(bool backward, TimedNode[] body) => new("block", Layers, body) { IsBackward = backward, Weights = new(Dense, 0, Expert), Gradients = new(Dense, 0, Expert) };

    private static TimedOp Compute(int index, StepPhase phase, int[] reads, int[] writes) =>
        new("product") { Index = index, Phase = phase, Reads = reads, Writes = writes, Work = new() { Products = [new(1, 256, 1024, 1024, OperandFormat.BFloat16)], ReadBytes = new(4 * MiB), WriteBytes = new(MiB) } };

    private static TimedOp Routed(int index, StepPhase phase, int[] reads, int[] writes, RoutedDimension dimension) =>
        new("experts") { Index = index, Phase = phase, Site = 0, Reads = reads, Writes = writes, Work = new() { Products = [new(1, 512, 512, 1024, OperandFormat.BFloat16, dimension)], ReadBytes = new(0, 1024, Expert) } };

    private static TimedOp Exchange(int index, StepPhase phase, int reads, int writes) =>
        new("exchange") { Index = index, Phase = phase, Site = 0, Reads = [reads], Writes = [writes], Collective = new(CollectiveKind.AllToAll, CollectiveGroup.ExpertPeers, default, RowExchange.Variable, 2048) };

    private static TimedOp Reduce(int index, CollectiveGroup group, Amount bytes, int slot, int site) =>
        new($"gradients over {group}") { Index = index, Phase = StepPhase.Update, Site = site, Reads = [slot], Writes = [slot], Collective = new(CollectiveKind.AllReduce, group, bytes) };
}
