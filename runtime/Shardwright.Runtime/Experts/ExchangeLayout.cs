namespace Shardwright.Execution;

/// <summary>
/// Where the rows of one layer's routing lie, for one rank of an expert group. Arrays over [peer, local expert] are in rows; index = the global expert on the sending side,
/// source rank · local experts + local expert on the receiving side.
/// </summary>
internal sealed class ExchangeLayout(string site, int rank, int ranks, int peers, int expertCount, int sentRows, int sequences)
{
    private readonly int self = rank % peers;
    private readonly int[] received = new int[peers];
    private readonly int[] boundaries = new int[expertCount / peers * (peers * sequences + 1)];

    public int Peers => peers;

    public int LocalExperts { get; } = expertCount / peers;

    /// <summary>Rows every rank sends: its tokens times k.</summary>
    public int SentRows => sentRows;

    public int[] SendCounts { get; } = new int[expertCount];

    public int[] SendOffsets { get; } = new int[expertCount];

    public int[] ReceiveCounts { get; } = new int[expertCount];

    public int[] ReceiveOffsets { get; } = new int[expertCount];

    /// <summary>Row in the source's own send buffer at which the copies for my expert start.</summary>
    public int[] SourceOffsets { get; } = new int[expertCount];

    /// <summary>First received row of a local expert, and the total.</summary>
    public int[] Starts { get; } = new int[expertCount / peers + 1];

    /// <summary>Copies of every expert over all ranks.</summary>
    public int[] Totals { get; } = new int[expertCount];

    /// <summary>Copies of every expert from each sequence of this rank, [experts, sequences].</summary>
    public int[] Own { get; } = new int[expertCount * sequences];

    /// <summary>Copies of a local expert that the ranks of earlier groups hold: its first row here has this number among all rows of the expert.</summary>
    public int[] GlobalStarts { get; } = new int[expertCount / peers];

    /// <summary>Number of this rank's first expert.</summary>
    public int FirstExpert => self * LocalExperts;

    /// <summary>Rows of the largest (source, target) block in the group.</summary>
    public int LargestBlock { get; private set; }

    /// <summary>Rows of the rank of the group that receives most.</summary>
    public int LargestReceive { get; private set; }

    /// <summary>For every local expert, where each sequence of the group starts among the expert's rows, and their number.</summary>
    public ReadOnlySpan<int> AllBoundaries => boundaries;

    public ReadOnlySpan<int> Boundaries(int localExpert) => boundaries.AsSpan(localExpert * (peers * sequences + 1), peers * sequences + 1);

    /// <summary>Reads the counts of every rank, [ranks, experts, sequences].</summary>
    public void Open(ReadOnlySpan<int> counts)
    {
        int perRank = expertCount * sequences;
        if (counts.Length != perRank * ranks)
            throw new ArgumentException($"{site}: got {counts.Length} counts, need {perRank * ranks} = {ranks} ranks × {expertCount} experts × {sequences} sequences.", nameof(counts));
        CountTotals(counts);
        counts.Slice(rank * perRank, perRank).CopyTo(Own);
        var group = counts.Slice(rank / peers * peers * perRank, peers * perRank);
        OpenSources(group);
        OpenReceive(group);
    }

    private void CountTotals(ReadOnlySpan<int> counts)
    {
        for (int expert = 0; expert < expertCount; expert++)
        {
            Totals[expert] = 0;
            for (int source = 0; source < ranks; source++)
            {
                if (source == rank / peers * peers && expert / LocalExperts == self)
                    GlobalStarts[expert % LocalExperts] = Totals[expert];
                Totals[expert] += Sum(counts, source, expert);
            }
        }
    }

    private void OpenSources(ReadOnlySpan<int> group)
    {
        LargestBlock = LargestReceive = 0;
        Array.Clear(received);
        for (int source = 0; source < peers; source++)
        {
            int offset = 0;
            for (int target = 0; target < peers; target++)
            {
                int block = 0;
                for (int local = 0; local < LocalExperts; local++)
                {
                    int expert = target * LocalExperts + local, count = Sum(group, source, expert);
                    if (source == self)
                        (SendCounts[expert], SendOffsets[expert]) = (count, offset + block);
                    if (target == self)
                        (ReceiveCounts[source * LocalExperts + local], SourceOffsets[source * LocalExperts + local]) = (count, offset + block);
                    block += count;
                }
                LargestBlock = Math.Max(LargestBlock, block);
                LargestReceive = Math.Max(LargestReceive, received[target] += block);
                offset += block;
            }
            if (offset != sentRows)
                throw new ArgumentException($"{site}: the counts of peer {source} sum to {offset} copies, need {sentRows} = its tokens × k.");
        }
    }

    private void OpenReceive(ReadOnlySpan<int> group)
    {
        int row = 0;
        for (int local = 0; local < LocalExperts; local++)
        {
            Starts[local] = row;
            int boundary = local * (peers * sequences + 1);
            boundaries[boundary++] = 0;
            for (int source = 0; source < peers; source++)
            {
                ReceiveOffsets[source * LocalExperts + local] = row;
                int first = (source * expertCount + self * LocalExperts + local) * sequences;
                foreach (int count in group.Slice(first, sequences))
                {
                    row += count;
                    boundaries[boundary++] = row - Starts[local];
                }
            }
        }
        Starts[LocalExperts] = row;
    }

    private int Sum(ReadOnlySpan<int> counts, int source, int expert)
    {
        int sum = 0;
        foreach (int count in counts.Slice((source * expertCount + expert) * sequences, sequences))
            sum += count;
        return sum;
    }
}
