namespace Shardwright.Hardware.Reports;

/// <summary>What a placement makes of recorded routing in one expert group.</summary>
/// <param name="Placement">A member of the runtime's <c>Placement</c>.</param>
/// <param name="Slots">Replicas that a rank can hold.</param>
public sealed record PlacementForecast(string Placement, int Slots)
{
    /// <summary>Busiest ÷ mean rank, mean of layers and micro-batches.</summary>
    public double MeanImbalance { get; init; }

    /// <summary>Busiest ÷ mean rank that one layer of a micro-batch in a hundred exceeds.</summary>
    public double P99Imbalance { get; init; }

    /// <summary>The most uneven layer's.</summary>
    public double MostImbalance { get; init; }

    /// <summary>Replicas of a layer on all ranks of the group, mean.</summary>
    public double MeanReplicas { get; init; }

    /// <summary>Time of a layer, forward and backward, mean, picoseconds.</summary>
    public double LayerPicoseconds { get; init; }

    /// <summary>Time of the step with this group at this load and all others at even load, picoseconds.</summary>
    public double StepPicoseconds { get; init; }

    /// <summary>Time of the step at forced balance ÷ this one.</summary>
    public double ShareOfIdeal { get; init; }

    /// <summary>Whether the replicas' weights and gradients fit into a rank's memory beside the rest of the step at even load.</summary>
    public bool Fits { get; init; }

    /// <summary>As it is written in the attribute.</summary>
    public override string ToString() => Placement == TimedSite.StaticPlacement ? "Placement.Static" : FormattableString.Invariant($"Placement.{Placement} with {Slots} slot{(Slots == 1 ? "" : "s")}");
}
