namespace Shardwright;

/// <summary>The order in which a weight gradient of an expert is summed over the expert's rows. Either is the same in every run; they differ in what else has the same bits, and in time.</summary>
public enum SumOrder
{
    /// <summary>
    /// A fold inside a sequence and a tree over sequences, as everywhere: meshes agree to the bit while experts stay at home. Each instance of a replicated expert sums its own rows, and the sums are added at home, so placements agree to rounding.
    /// </summary>
    Fast,

    /// <summary>
    /// One fold over the expert's rows in the order of ranks and tokens: placements agree to the bit. Instances take contiguous runs of the rows; a running sum is handed from one to the next and ends at home, and ranks wait for it. Meshes agree
    /// only where the ranks of an expert group hold the same tokens together. Experts that do not run as one group stay at home and sum as in <see cref="Fast"/>.
    /// </summary>
    Invariant,
}
