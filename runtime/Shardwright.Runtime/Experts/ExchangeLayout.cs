using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>
/// Where the rows of one layer's routing lie, for one rank of an expert group. A rank receives a group of rows for each of its own experts and for each slot that holds a replica. Arrays over [peer, group] are in rows: index = target rank ·
/// groups + group on the sending side, source rank · groups + group on the receiving side. Where experts have a capacity, counts are those of the routers' choice, and of a sequence's copies an expert gets no more than that.
/// </summary>
internal sealed class ExchangeLayout(string site, int rank, int ranks, ExpertInstances instances, int copies, int sequences, int capacity = int.MaxValue, bool isExact = false, int chunks = 1)
{
    private readonly int peers = instances.Layout.Ranks, expertCount = instances.Layout.Experts, self = rank % instances.Layout.Ranks;
    private readonly int[] received = new int[instances.Layout.Ranks], block = new int[instances.Layout.Ranks];
    private readonly ChunkRows[] parts = new ChunkRows[chunks];
    private readonly int[] chunkReceived = new int[instances.Layout.Ranks * chunks], chunkBlock = new int[instances.Layout.Ranks * chunks];
    private readonly int[] runs = new int[instances.Layout.Ranks * instances.Groups], experts = new int[instances.Groups];
    private readonly int[] boundaries = new int[instances.Groups * (instances.Layout.Ranks * sequences + 1)];

    public int Peers => peers;

    /// <summary>Who computes what.</summary>
    public ExpertInstances Instances => instances;

    /// <summary>Experts at home here.</summary>
    public int LocalExperts => instances.Layout.PerRank;

    /// <summary>Groups of rows that a rank receives: its own experts, then its slots.</summary>
    public int Groups => instances.Groups;

    /// <summary>Copies of every rank, its tokens times k: the rows of its send buffer.</summary>
    public int Copies => copies;

    /// <summary>Rows at the head of this rank's send buffer that travel; behind them lie dropped copies.</summary>
    public int KeptRows { get; private set; }

    /// <summary>Rows of the rank of the group that sends most; without a capacity every rank sends its <see cref="Copies"/>.</summary>
    public int SentRows { get; private set; }

    /// <summary>The mean over the group of the rows that a rank sends, and receives.</summary>
    public int MeanRows { get; private set; }

    public int[] SendCounts { get; } = new int[instances.Layout.Ranks * instances.Groups];

    public int[] SendOffsets { get; } = new int[instances.Layout.Ranks * instances.Groups];

    public int[] ReceiveCounts { get; } = new int[instances.Layout.Ranks * instances.Groups];

    public int[] ReceiveOffsets { get; } = new int[instances.Layout.Ranks * instances.Groups];

    /// <summary>Row in the source's own send buffer at which the copies for my group start.</summary>
    public int[] SourceOffsets { get; } = new int[instances.Layout.Ranks * instances.Groups];

    /// <summary>First received row of a group, and the total.</summary>
    public int[] Starts { get; } = new int[instances.Groups + 1];

    /// <summary>For every group, that all its rows are one run: 0 and their number.</summary>
    public int[] Runs { get; } = new int[2 * instances.Groups];

    /// <summary>For every group, how many instances of its expert a running sum over the expert's rows passes before it comes here; −1 for a slot without a replica.</summary>
    public int[] Turns { get; } = new int[instances.Groups];

    /// <summary>The expert of a group; −1 for a slot without a replica.</summary>
    public int Expert(int group) => experts[group];

    /// <summary>Copies of every expert over all ranks, as routers chose.</summary>
    public int[] Totals { get; } = new int[instances.Layout.Experts];

    /// <summary>Of <see cref="Totals"/>, those that are computed.</summary>
    public int[] Kept { get; } = new int[instances.Layout.Experts];

    /// <summary>Copies of every expert from each sequence of this rank, [experts, sequences].</summary>
    public int[] Own { get; } = new int[instances.Layout.Experts * sequences];

    /// <summary>Copies of a local expert that the ranks of earlier groups hold: its first row here has this number among all rows of the expert, where all experts are at home.</summary>
    public int[] GlobalStarts { get; } = new int[instances.Layout.PerRank];

    /// <summary>Number of this rank's first expert.</summary>
    public int FirstExpert => self * LocalExperts;

    /// <summary>Rows of the largest (source, target) block in the group.</summary>
    public int LargestBlock { get; private set; }

    /// <summary>Rows of the rank of the group that receives most.</summary>
    public int LargestReceive { get; private set; }

    /// <summary>Parts in which the rows of a rank's experts travel.</summary>
    public int Chunks => chunks;

    /// <summary>The busiest rows of a part of every rank's experts.</summary>
    public ref readonly ChunkRows Part(int chunk) => ref parts[chunk];

    /// <summary>The first group of a part of a rank's experts. Slots belong to the last.</summary>
    public int FirstGroup(int chunk) => new ExpertChunk(chunk, chunks).First(LocalExperts);

    /// <summary>One past the last group of a part.</summary>
    public int EndGroup(int chunk) => chunk == chunks - 1 ? Groups : new ExpertChunk(chunk, chunks).End(LocalExperts);

    /// <summary>Rows that each rank of the group receives.</summary>
    public ReadOnlySpan<int> Received => received;

    /// <summary>For every group, where each sequence of the expert group starts among its rows, and their number.</summary>
    public ReadOnlySpan<int> AllBoundaries => boundaries;

    public ReadOnlySpan<int> Boundaries(int group) => boundaries.AsSpan(group * (peers * sequences + 1), peers * sequences + 1);

    /// <summary>Reads the counts of every rank, [ranks, experts, sequences].</summary>
    public void Open(ReadOnlySpan<int> counts)
    {
        int perRank = expertCount * sequences;
        if (counts.Length != perRank * ranks)
            throw new ArgumentException($"{site}: got {counts.Length} counts, need {perRank * ranks} = {ranks} ranks × {expertCount} experts × {sequences} sequences.", nameof(counts));
        CountTotals(counts);
        counts.Slice(rank * perRank, perRank).CopyTo(Own);
        var group = counts.Slice(rank / peers * peers * perRank, peers * perRank);
        CountSources(group);
        instances.Open();
        OpenSources();
        OpenReceive(group);
        if (chunks > 1)
            OpenChunks();
    }

    private void OpenChunks()
    {
        Array.Clear(parts);
        Array.Clear(chunkReceived);
        for (int source = 0; source < peers; source++)
        {
            Array.Clear(chunkBlock);
            for (int instance = 0; instance < instances.First[expertCount]; instance++)
            {
                int chunk = chunks - 1;
                while (instances.Group[instance] < FirstGroup(chunk))
                    chunk--;
                chunkBlock[chunk * peers + instances.Rank[instance]] += instances.Tokens[source][instance];
            }
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                ref var part = ref parts[chunk];
                int sent = 0;
                for (int target = 0; target < peers; target++)
                {
                    int rows = chunkBlock[chunk * peers + target], all = chunkReceived[chunk * peers + target] += rows;
                    (sent, part.Block, part.Received) = (sent + rows, Math.Max(part.Block, rows), Math.Max(part.Received, all));
                }
                (part.Sent, part.All) = (Math.Max(part.Sent, sent), part.All + sent);
            }
        }
    }

    private void CountTotals(ReadOnlySpan<int> counts)
    {
        for (int expert = 0; expert < expertCount; expert++)
        {
            Totals[expert] = Kept[expert] = 0;
            for (int source = 0; source < ranks; source++)
            {
                if (source == rank / peers * peers && expert / LocalExperts == self)
                    GlobalStarts[expert % LocalExperts] = Kept[expert];
                Totals[expert] += Sum(counts, source, expert, int.MaxValue);
                Kept[expert] += Sum(counts, source, expert, capacity);
            }
        }
    }

    private void CountSources(ReadOnlySpan<int> group)
    {
        long all = 0;
        SentRows = 0;
        for (int source = 0; source < peers; source++)
        {
            int sum = 0, kept = 0;
            for (int expert = 0; expert < expertCount; expert++)
            {
                sum += Sum(group, source, expert, int.MaxValue);
                kept += instances.Counts[source][expert] = Sum(group, source, expert, capacity);
            }
            if (sum != copies)
                throw new ArgumentException($"{site}: the counts of peer {source} sum to {sum} copies, need {copies} = its tokens × k.");
            SentRows = Math.Max(SentRows, kept);
            all += kept;
            if (source == self)
                KeptRows = kept;
        }
        MeanRows = (int)(all / peers);
    }

    private void OpenSources()
    {
        LargestBlock = LargestReceive = 0;
        Array.Clear(received);
        // A slot without a replica gets nothing, and nothing lies where an earlier layer's rows lay, which were more where this one drops more.
        foreach (int[] empty in (ReadOnlySpan<int[]>)[SendCounts, SendOffsets, ReceiveCounts, SourceOffsets])
            Array.Clear(empty);
        Array.Fill(experts, -1);
        Array.Fill(Turns, -1);
        for (int source = 0; source < peers; source++)
        {
            Array.Clear(block);
            int offset = 0;
            for (int expert = 0; expert < expertCount; expert++)
            {
                int run = 0;
                for (int instance = instances.First[expert]; instance < instances.First[expert + 1]; instance++)
                {
                    int target = instances.Rank[instance], group = instances.Group[instance], count = instances.Tokens[source][instance];
                    if (source == self)
                        (SendCounts[target * Groups + group], SendOffsets[target * Groups + group]) = (count, offset);
                    if (target == self)
                    {
                        (ReceiveCounts[source * Groups + group], SourceOffsets[source * Groups + group]) = (count, offset);
                        (runs[source * Groups + group], experts[group], Turns[group]) = (run, expert, instance - instances.First[expert]);
                    }
                    block[target] += count;
                    offset += count;
                    run += count;
                }
            }
            for (int target = 0; target < peers; target++)
            {
                LargestBlock = Math.Max(LargestBlock, block[target]);
                LargestReceive = Math.Max(LargestReceive, received[target] += block[target]);
            }
        }
    }

    private void OpenReceive(ReadOnlySpan<int> counts)
    {
        int row = 0;
        for (int group = 0; group < Groups; group++)
        {
            Starts[group] = row;
            int boundary = group * (peers * sequences + 1);
            boundaries[boundary++] = 0;
            for (int source = 0; source < peers; source++)
            {
                int index = source * Groups + group, first = runs[index], end = first + ReceiveCounts[index], before = 0;
                ReceiveOffsets[index] = row;
                for (int sequence = 0; sequence < sequences; sequence++)
                {
                    // The run of copies [first, end) that come here, cut at the ends of the source's sequences.
                    int after = experts[group] < 0 ? 0 : before + Math.Min(capacity, counts[(source * expertCount + experts[group]) * sequences + sequence]);
                    row += Math.Max(0, Math.Min(after, end) - Math.Max(before, first));
                    boundaries[boundary++] = row - Starts[group];
                    before = after;
                }
            }
            Runs[2 * group + 1] = row - Starts[group];
        }
        Starts[Groups] = row;
        if (isExact && row > copies)
            throw new ArgumentException($"{site}: TrainerOptions.Planner gave rank {self} of the expert group {row} rows, need at most {copies} = its tokens × k on every rank, for which memory is planned with Placement.Exact. Fix: Placement.Adaptive, which takes any plan.");
    }

    private int Sum(ReadOnlySpan<int> counts, int source, int expert, int most)
    {
        int sum = 0;
        foreach (int count in counts.Slice((source * expertCount + expert) * sequences, sequences))
            sum += Math.Min(most, count);
        return sum;
    }
}

/// <summary>Rows of a part of every rank's experts: of the rank that sends most, that receives most, of the largest pair, and of all.</summary>
internal struct ChunkRows
{
    public int Sent, Received, Block, All;
}
