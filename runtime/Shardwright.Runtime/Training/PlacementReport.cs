using System.Diagnostics;

namespace Shardwright;

/// <summary>How one layer of an expert group was placed in a step: sums over its micro-batches, of the expert group that rank 0 belongs to.</summary>
/// <param name="Replicas">Replicas in all slots.</param>
/// <param name="BusiestRows">Rows of the rank that computed most of them, micro-batch by micro-batch.</param>
/// <param name="BusiestRowsAtHome">The same, had every expert stayed at home.</param>
/// <param name="MeanRows">Rows of the mean rank.</param>
public readonly record struct PlacementReport(int Replicas, long BusiestRows, long BusiestRowsAtHome, long MeanRows)
{
    /// <summary>Bytes of weights that travelled to slots, all ranks of the group, forward and again backward.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Bytes of gradients that travelled home, all ranks of the group.</summary>
    public long GradientBytes { get; init; }

    /// <summary>Wall time that rank 0 took to place the experts in the forward pass: the plan, and which copies go where. Every rank does the same, and once more in the backward pass.</summary>
    public TimeSpan Planning => Stopwatch.GetElapsedTime(0, PlanningTicks);

    /// <summary>Busiest ÷ mean rank: the experts' time over the time at even load.</summary>
    public double Imbalance => MeanRows == 0 ? 1 : (double)BusiestRows / MeanRows;

    /// <summary>The same, had every expert stayed at home: what <see cref="Placement.Static"/> gives.</summary>
    public double ImbalanceAtHome => MeanRows == 0 ? 1 : (double)BusiestRowsAtHome / MeanRows;

    /// <summary>Mean ÷ busiest rank: the share of forced balance that the experts reach, from rows alone. What moving weights costs on top is in <see cref="EmulatedStep.ShareOfIdeal"/>, of the whole step.</summary>
    public double ShareOfIdeal => 1 / Imbalance;

    internal long PlanningTicks { get; init; }
}
