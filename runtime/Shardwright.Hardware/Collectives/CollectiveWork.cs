namespace Shardwright.Hardware;

/// <summary>How rows travel between the ranks of an expert group. All ways move the same rows; they differ in bytes, buffers, and in what a machine offers (<see cref="AllToAllLegality"/>).</summary>
public enum RowExchange
{
    /// <summary>No rows: a collective of a size that routing does not change.</summary>
    None,

    /// <summary>All-to-all-v: a pair of ranks exchanges what is routed.</summary>
    Variable,

    /// <summary>All-to-all-v in which a token travels once to each rank, however many of its experts are there: rows of tokens, not of copies.</summary>
    Once,

    /// <summary>All-to-all-v of what says which copies travel in which of the rows of <see cref="Once"/>: a row for each copy.</summary>
    Numbers,

    /// <summary>All-to-all of equal blocks, padded to the largest.</summary>
    Padded,

    /// <summary>All-gather to the experts, reduce-scatter back.</summary>
    Gathered,

    /// <summary>No rows but weights of replicas to their slots, or gradients back: as many matrices as the plan of the micro-batch has replicas, none at even load.</summary>
    Replicas,

    /// <summary>No rows but running sums of weight gradients, from instance to instance of replicated experts in as many turns as the plan needs; a statement before makes the sums that it reads, and ranks wait for each other's turns.</summary>
    RunningSums,
}

/// <summary>A collective statement: kind, group and bytes, or the bytes of a row that is exchanged.</summary>
/// <param name="Kind">The collective.</param>
/// <param name="Group">The ranks that take part.</param>
/// <param name="Bytes">Bytes, as the kind counts them; for all-gather and reduce-scatter those of one rank's part. Unused for exchanged rows.</param>
/// <param name="Exchange">How rows travel; none when the size is known.</param>
/// <param name="RowBytes">Bytes of an exchanged row, or of a replica's matrices.</param>
public sealed record CollectiveWork(CollectiveKind Kind, CollectiveGroup Group, Amount Bytes, RowExchange Exchange = RowExchange.None, long RowBytes = 0)
{
    /// <summary>Whether it moves matrices of replicas, weights or gradients: where a plan has no replica, nobody calls it.</summary>
    public bool MovesReplicas => Exchange is RowExchange.Replicas or RowExchange.RunningSums;

    /// <summary>Bytes of the collective over a group, as <see cref="CollectiveTime"/> wants them.</summary>
    /// <param name="groupSize">Ranks of the group.</param>
    /// <param name="load">Rows, for exchanged rows.</param>
    /// <param name="experts">Experts of the rank.</param>
    public long BytesOf(int groupSize, in ExchangeLoad load, int experts) => checked(Exchange switch
    {
        RowExchange.Once => load.OnceRows * RowBytes,
        RowExchange.Variable or RowExchange.Numbers => Math.Max(load.SentRows, load.LargestReceive) * RowBytes,
        RowExchange.Padded => groupSize * load.LargestBlock * RowBytes,
        RowExchange.Gathered => groupSize * load.SentRows * RowBytes,
        RowExchange.Replicas => load.MostReplicas * RowBytes,
        RowExchange.RunningSums => load.HandOvers == 0 ? 0 : load.HandedSums * RowBytes / load.HandOvers,
        _ => Bytes.At(0, experts) * (Kind is CollectiveKind.AllGather or CollectiveKind.ReduceScatter ? groupSize : 1),
    });
}

/// <summary>The rows of one exchange, over all ranks of the expert group: every rank knows them, so every rank computes the same time.</summary>
/// <param name="SentRows">Rows of the rank that sends most: its tokens times k, where no copy is dropped.</param>
/// <param name="LargestReceive">Rows of the rank that receives most.</param>
/// <param name="LargestBlock">Rows of the largest (source, target) pair.</param>
public readonly record struct ExchangeLoad(long SentRows, long LargestReceive, long LargestBlock)
{
    /// <summary>Replicas of the rank that gets most, or that the home gives which gives most.</summary>
    public long MostReplicas { get; init; }

    /// <summary>Exchanges of running sums, see <see cref="RowExchange.RunningSums"/>.</summary>
    public long HandOvers { get; init; }

    /// <summary>Running sums of the rank that hands on or is handed most, added up over the exchanges.</summary>
    public long HandedSums { get; init; }

    /// <summary>Rows that ranks wait for between the exchanges, beyond those of the busiest rank.</summary>
    public long WaitedRows { get; init; }

    /// <summary>Rows of the rank that sends or receives most, where a token travels once to each rank; 0 where it does not.</summary>
    public long OnceRows { get; init; }

    /// <summary>Rows that the mean rank receives; 0 where it is not known.</summary>
    public long MeanRows { get; init; }

    /// <summary>Replicas on all ranks.</summary>
    public int Replicas { get; init; }

    /// <summary>Rows of the rank that would receive most if every expert were at home; 0 where it is not known.</summary>
    public long LargestReceiveAtHome { get; init; }
}
