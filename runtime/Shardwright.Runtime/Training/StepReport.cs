using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright;

/// <summary>What a training step did. A trainer has one report, which every step overwrites: copy what you want to keep.</summary>
public sealed class StepReport
{
    private readonly int[][][] tokens;          // [group][layer][expert]
    private readonly long[][] dropped;          // [group][layer]
    private readonly long[] bytes = new long[Enum.GetValues<Collective>().Length];
    private readonly PlacementReport[][] placements;      // [group][layer]
    private readonly int[][][] rows;            // [group][layer][peer]
    private readonly ProgramPlan plan;

    internal StepReport(ProgramPlan plan)
    {
        this.plan = plan;
        tokens = [.. plan.Experts.Select(site => Enumerable.Range(0, site.Layers).Select(_ => new int[site.ExpertCount]).ToArray())];
        rows = [.. plan.Experts.Select(site => Enumerable.Range(0, site.Layers).Select(_ => new int[plan.Expert]).ToArray())];
        dropped = [.. plan.Experts.Select(site => new long[site.Layers])];
        placements = [.. plan.Experts.Select(site => new PlacementReport[site.Layers])];
    }

    /// <summary>What decided where tokens went. Where it was not the routers, losses are those of no model.</summary>
    public RoutedBy RoutedBy { get; internal init; }

    /// <summary>Number of the step, from 0.</summary>
    public int Step { get; internal set; }

    /// <summary>The loss over all tokens of the step (nats per token for a cross-entropy), auxiliary losses not included.</summary>
    public float Loss { get; internal set; }

    /// <summary>Load-balancing losses, coefficient included, summed over layers.</summary>
    public float BalanceLoss { get; internal set; }

    /// <summary>Router z-losses, coefficient included, summed over layers.</summary>
    public float RouterZLoss { get; internal set; }

    /// <summary>Global gradient norm before clipping.</summary>
    public float GradientNorm { get; internal set; }

    /// <summary>Learning rate of this step.</summary>
    public float LearningRate { get; internal set; }

    /// <summary>Wall time of the step on this machine.</summary>
    public TimeSpan Elapsed { get; internal set; }

    /// <summary>Tokens of the step over <see cref="Elapsed"/>.</summary>
    public double TokensPerSecond { get; internal set; }

    /// <summary>Peak device memory of the step in bytes, of the rank that needed most: static arena plus routed high-water mark.</summary>
    public long HighWaterBytes { get; internal set; }

    /// <summary>The step in virtual time on the target; null when no clock runs (see <see cref="TrainerOptions.Clock"/>).</summary>
    public EmulatedStep? Emulated { get; internal init; }

    /// <summary>Bytes sent to other ranks in this step by collectives of this kind, summed over ranks.</summary>
    public long Bytes(Collective kind) => bytes[(int)kind];

    /// <summary>Token copies each expert of a group received and computed in this step, over all ranks and micro-batches.</summary>
    public ReadOnlySpan<int> TokensPerExpert(int group, int layer)
    {
        Require(group, layer);
        return tokens[group][layer];
    }

    /// <summary>Token copies of a group that were dropped in this step because their experts had as many as <see cref="ExpertGroup{T}.CapacityFactor"/> lets them, over all ranks and micro-batches.</summary>
    public long DroppedCopies(int group, int layer)
    {
        Require(group, layer);
        return dropped[group][layer];
    }

    /// <summary>How the rows of an expert group were spread over ranks in this step.</summary>
    public PlacementReport Placement(int group, int layer)
    {
        Require(group, layer);
        return placements[group][layer];
    }

    /// <summary>Rows that each rank of the expert group of rank 0 computed in this step, for its own experts and for its replicas: [ranks of the group].</summary>
    public ReadOnlySpan<int> RowsPerRank(int group, int layer)
    {
        Require(group, layer);
        return rows[group][layer];
    }

    private void Require(int group, int layer)
    {
        if ((uint)group >= (uint)tokens.Length)
            throw new ArgumentOutOfRangeException(nameof(group), group, $"{plan.Model} has {tokens.Length} expert groups.");
        if ((uint)layer >= (uint)tokens[group].Length)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"{plan.Experts[group].Path} has {tokens[group].Length} layers.");
    }

    internal void Placed(int group, int layer, in ExchangeLoad load, ReadOnlySpan<int> received, long planningTicks)
    {
        for (int peer = 0; peer < received.Length; peer++)
            rows[group][layer][peer] += received[peer];
        ref var placement = ref placements[group][layer];
        placement = new(placement.Replicas + load.Replicas, placement.BusiestRows + load.LargestReceive, placement.BusiestRowsAtHome + load.LargestReceiveAtHome, placement.MeanRows + load.MeanRows)
        {
            PlanningTicks = placement.PlanningTicks + planningTicks,
        };
    }

    /// <summary>What all layers of a group moved. Every replica of it moves the same bytes.</summary>
    internal void Moved(int group, long weightBytes, long gradientBytes)
    {
        long replicas = 0;
        foreach (var placement in placements[group])
            replicas += placement.Replicas;
        if (replicas == 0)
            return;
        foreach (ref var placement in placements[group].AsSpan())
            placement = placement with { WeightBytes = weightBytes / replicas * placement.Replicas, GradientBytes = gradientBytes / replicas * placement.Replicas };
    }

    internal void Dropped(int group, int layer, long copies) => dropped[group][layer] += copies;

    internal Span<int> Tokens(int group, int layer) => tokens[group][layer];

    internal Span<long> BytesByKind => bytes;

    internal void ClearTokens()
    {
        foreach (int[][] group in tokens)
            foreach (int[] layer in group)
                Array.Clear(layer);
        foreach (int[][] group in rows)
            foreach (int[] layer in group)
                Array.Clear(layer);
        foreach (long[] group in dropped)
            Array.Clear(group);
        foreach (var group in placements)
            Array.Clear(group);
    }
}
