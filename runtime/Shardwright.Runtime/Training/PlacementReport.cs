namespace Shardwright;

/// <summary>How one layer of an expert group was placed in a step: sums over its micro-batches, of the expert group that rank 0 belongs to.</summary>
/// <param name="Replicas">Replicas in all slots.</param>
/// <param name="BusiestRows">Rows of the rank that computed most of them, micro-batch by micro-batch.</param>
/// <param name="BusiestRowsAtHome">The same, had every expert stayed at home.</param>
/// <param name="MeanRows">Rows of the mean rank.</param>
public readonly record struct PlacementReport(int Replicas, long BusiestRows, long BusiestRowsAtHome, long MeanRows)
{
    /// <summary>Busiest ÷ mean rank: the experts' time over the time at even load.</summary>
    public double Imbalance => MeanRows == 0 ? 1 : (double)BusiestRows / MeanRows;

    /// <summary>The same, had every expert stayed at home: what <see cref="Placement.Static"/> gives.</summary>
    public double ImbalanceAtHome => MeanRows == 0 ? 1 : (double)BusiestRowsAtHome / MeanRows;
}
