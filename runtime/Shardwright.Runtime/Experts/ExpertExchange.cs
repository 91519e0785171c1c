using Shardwright.Hardware;
using Lowering = Shardwright.Dispatch;

namespace Shardwright.Execution;

/// <summary>
/// Moves token copies between the ranks of an expert group and their experts' owners, at one site of one rank. A rank sends [tokens · k, columns] rows in (expert, token)
/// order; an owner receives them in (local expert, source rank, token) order. Everything is allocated here; <see cref="Open"/> computes the offsets of one layer's routing.
/// </summary>
public sealed partial class ExpertExchange
{
    private readonly ExchangeLayout layout;
    private readonly ExchangeLowering lowering;
    private readonly ICommunicator peers;
    private readonly string dispatch, combine;
    private readonly SlotPieces[] pieces;
    private readonly int[][] chunkStarts;
    private readonly SumOrder order;

    /// <summary>Prepares the exchange of one expert group.</summary>
    /// <param name="rank">The program of this rank.</param>
    /// <param name="site">Path of the expert group, for messages.</param>
    /// <param name="expertCount">Experts over all ranks.</param>
    /// <param name="topK">Experts a token goes to.</param>
    /// <param name="sequences">Sequences of this rank.</param>
    /// <param name="rowsPerSequence">Tokens of a sequence.</param>
    /// <param name="lowering">How copies travel; the bits are the same.</param>
    /// <param name="placement">Which ranks compute an expert's rows.</param>
    /// <param name="slots">Replicas of other ranks' experts that this rank can hold.</param>
    /// <param name="leastTokens">Fewest rows for which an expert is replicated.</param>
    /// <param name="width">Elements of a row, where plans are timed.</param>
    /// <param name="hidden">Hidden elements of an expert, taken as three matrices of width × hidden.</param>
    /// <param name="format">Format of the experts' products.</param>
    /// <param name="order">In which order weight gradients are summed over rows.</param>
    /// <param name="capacity">Copies of a sequence that an expert takes; the send buffer has those that are dropped behind the others.</param>
    /// <param name="chunks">Parts in which the rows of a rank's experts travel.</param>
    public ExpertExchange(RankProgram rank, string site, int expertCount, int topK, int sequences, int rowsPerSequence, Lowering lowering, Placement placement = Placement.Static, int slots = 0, int leastTokens = 1,
        int width = 0, int hidden = 0, NumberFormat format = NumberFormat.Float32, SumOrder order = SumOrder.Fast, int capacity = int.MaxValue, int chunks = 1)
        : this(rank.Context.World, rank.Context.ExpertPeers, rank.Context.Arena.Routed, site, expertCount, topK, sequences, rowsPerSequence, lowering, slots,
            leastTokens, PlacerOf(rank.Context, placement, new(width, hidden, topK, sequences * rowsPerSequence), format, lowering, order), order, isExact: placement == Placement.Exact, capacity, chunks)
    {
    }

    internal ExpertExchange(ICommunicator world, ICommunicator peers, RoutedStack stack, string site, int expertCount, int topK, int sequences, int rowsPerSequence, Lowering lowering,
        int slots = 0, int leastTokens = 1, Placer? placer = null, SumOrder order = SumOrder.Fast, bool isExact = false, int capacity = int.MaxValue, int chunks = 1)
    {
        if (expertCount % peers.Size != 0)
            throw new ArgumentException($"{site}: got {expertCount} experts on {peers.Size} expert ranks, need a number that the ranks divide.", nameof(expertCount));
        (dispatch, combine, numbering) = ($"{site} dispatch", $"{site} return", $"{site} row numbers");
        (this.peers, this.order, TopK) = (peers, order, topK);
        var homes = new ExpertLayout(expertCount, peers.Size, slots, leastTokens: leastTokens);
        layout = new(site, world.Index, world.Size, new(homes, placer?.Planner?.Invoke(homes), placer?.Chooser?.Invoke(homes), order == SumOrder.Invariant ? SplitOrder.Contiguous : SplitOrder.Locality), checked(sequences * rowsPerSequence * topK), sequences, capacity, isExact, chunks);
        chunkStarts = [.. Enumerable.Range(0, chunks).Select(chunk => new int[layout.EndGroup(chunk) - layout.FirstGroup(chunk) + 1])];
        pieces = [.. Enumerable.Range(0, 3).Select(_ => new SlotPieces(peers.Size * slots))];
        once = lowering == Lowering.Once ? new(layout) : null;
        (onceSent, onceSentOffsets, onceReceived, onceReceivedOffsets) = (new int[peers.Size], new int[peers.Size], new int[peers.Size], new int[peers.Size]);
        this.lowering = lowering switch
        {
            Lowering.Variable or Lowering.Once => new VariableLowering(layout, peers),
            Lowering.Padded => new PaddedLowering(layout, peers, stack),
            Lowering.Gathered => new GatheredLowering(layout, peers, stack),
            _ => throw new ArgumentOutOfRangeException(nameof(lowering), lowering, $"{site}: need Variable, Once, Padded or Gathered."),
        };
    }

    /// <summary>First received row of each local expert and, last, their sum.</summary>
    internal int[] Starts => layout.Starts;

    /// <summary>The rows of the exchange, as every rank of the group knows them.</summary>
    internal ExchangeLoad Load => new(layout.SentRows, layout.LargestReceive, layout.LargestBlock)
    {
        MeanRows = layout.MeanRows,
        MostReplicas = layout.Instances.MostReplicas,
        Replicas = Replicas,
        LargestReceiveAtHome = layout.Instances.BusiestHome,
        HandedSums = layout.Instances.Sums.HandedSums,
        HandOvers = layout.Instances.Sums.Turns - 1,
        WaitedRows = layout.Instances.Sums.WaitedRows,
        OnceRows = once is null ? 0 : Math.Max(once.Sent, once.Received),
    };

    /// <summary>The rows of the exchange of a part of every rank's experts.</summary>
    internal ExchangeLoad LoadOf(ExpertChunk chunk)
    {
        if (chunk.IsWhole)
            return Load;
        var part = layout.Part(chunk.Index);
        return Load with { SentRows = part.Sent, LargestReceive = part.Received, LargestBlock = part.Block, MeanRows = part.All / layout.Peers, LargestReceiveAtHome = 0 };
    }

    /// <summary>Rows that each rank of the group received.</summary>
    internal ReadOnlySpan<int> RowsPerRank => layout.Received;

    /// <summary>Wall time that placing the experts of the layer that was opened last took, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    internal long PlanningTicks => layout.Instances.PlanningTicks;

    /// <summary>Experts that a token goes to.</summary>
    public int TopK { get; }

    /// <summary>Replicas that this rank can hold.</summary>
    public int Slots => layout.Instances.Layout.Slots;

    /// <summary>Replicas that this rank holds in the layer that was opened last: its first slots.</summary>
    public int HeldReplicas { get; private set; }

    /// <summary>Replicas on all ranks of the expert group.</summary>
    public int Replicas => layout.Instances.Replicas;

    /// <summary>Rows this rank received, for its own experts and for its replicas.</summary>
    public int Rows => layout.Starts[^1];

    /// <summary>Experts of this rank.</summary>
    public int LocalExperts => layout.LocalExperts;

    /// <summary>Token copies of every expert over all ranks, as routers chose: what balance losses count.</summary>
    public ReadOnlySpan<int> TotalCounts => layout.Totals;

    /// <summary>Of <see cref="TotalCounts"/>, those that are computed: all of them, but where experts have a capacity.</summary>
    public ReadOnlySpan<int> KeptCounts => layout.Kept;

    /// <summary>Token copies of every expert from each sequence of this rank, [experts, sequences], as routers chose.</summary>
    public ReadOnlySpan<int> SequenceCounts => layout.Own;

    /// <summary>First received row of a local expert.</summary>
    public int Start(int localExpert) => layout.Starts[localExpert];

    /// <summary>Received rows of a local expert.</summary>
    public int Count(int localExpert) => layout.Starts[localExpert + 1] - layout.Starts[localExpert];

    /// <summary>The received rows of a local expert by sequence of the group, rank by rank, counted from the expert's first row.</summary>
    public Segments Sequences(int localExpert) => Segments.Ragged(layout.Boundaries(localExpert));

    /// <summary>All received rows, a group a local expert and slot: for kernels that run all experts at once. With <see cref="SumOrder.Invariant"/> a sum over rows begins at the first instance of every expert and goes on in <see cref="ContinueSums"/>.</summary>
    public RowGroups Groups => order == SumOrder.Invariant ? Turn(0) : new(layout.Starts, layout.AllBoundaries);

    /// <summary>First received row of a part of the rank's experts; of the number of parts, all rows.</summary>
    public int ChunkStart(int chunk) => layout.Starts[chunk == layout.Chunks ? layout.Groups : layout.FirstGroup(chunk)];

    /// <summary>As <see cref="Groups"/>, for a part of the rank's experts, whose rows are counted from its first.</summary>
    public RowGroups ChunkGroups(int chunk)
    {
        int first = layout.FirstGroup(chunk), count = layout.EndGroup(chunk) - first, stride = layout.AllBoundaries.Length / layout.Groups;
        return order == SumOrder.Invariant ? new(new(chunkStarts[chunk], layout.Runs.AsSpan(2 * first, 2 * count)), layout.Turns.AsSpan(first, count), 0)
            : new(chunkStarts[chunk], layout.AllBoundaries.Slice(first * stride, count * stride));
    }

    /// <summary>The number of this rank's first expert among all experts.</summary>
    public int FirstExpert => layout.FirstExpert;

    /// <summary>The number that a local expert's first row here has among all rows of that expert, wherever they are: the same on every mesh.</summary>
    public long GlobalStart(int localExpert) => layout.GlobalStarts[localExpert];

    /// <summary>Computes where rows go, from every rank's counts [World.Size, experts, sequences]. Call in forward and again in backward.</summary>
    /// <exception cref="ArgumentException">Too few counts, or counts that do not add up to the tokens times k.</exception>
    public void Open(ReadOnlySpan<int> gatheredCounts)
    {
        layout.Open(gatheredCounts);
        for (int chunk = 0; chunk < layout.Chunks; chunk++)
            for (int group = 0; group < chunkStarts[chunk].Length; group++)
                chunkStarts[chunk][group] = layout.Starts[layout.FirstGroup(chunk) + group] - layout.Starts[layout.FirstGroup(chunk)];
        HeldReplicas = 0;
        while (HeldReplicas < Slots && layout.Instances.SlotExpert(peers.Index, HeldReplicas) >= 0)
            HeldReplicas++;
    }

    /// <summary>Copies travel to their experts: sent [tokens · k, columns] → received [Rows, columns]. Those that are dropped, at the end, stay.</summary>
    /// <param name="sent">This rank's copies, [tokens · k, columns].</param>
    /// <param name="received">This rank's experts' rows, [Rows, columns].</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="elementBytes">Bytes of an element on the wire: 2 for bfloat16, which the host holds as float32.</param>
    /// <param name="chunk">The part of every rank's experts whose rows travel; −1 for all of them.</param>
    public void Dispatch(ReadOnlySpan<float> sent, Span<float> received, int columns, int elementBytes = sizeof(float), int chunk = -1)
    {
        RequireRows(dispatch, sent.Length, received.Length, columns);
        (lowering.ElementBytes, lowering.Chunk) = (elementBytes, chunk);
        lowering.Dispatch(sent[..(layout.SentRows * columns)], received, columns, dispatch);
        (lowering.ElementBytes, lowering.Chunk) = (sizeof(float), -1);
    }

    /// <summary>Rows travel back: received [Rows, columns] → sent [tokens · k, columns], zeros for dropped copies. The transpose of <see cref="Dispatch"/>, and its gradient.</summary>
    /// <inheritdoc cref="Dispatch"/>
    public void Return(ReadOnlySpan<float> received, Span<float> sent, int columns, int elementBytes = sizeof(float), int chunk = -1)
    {
        RequireRows(combine, sent.Length, received.Length, columns);
        (lowering.ElementBytes, lowering.Chunk) = (elementBytes, chunk);
        lowering.Return(received, sent[..(layout.SentRows * columns)], columns, combine);
        (lowering.ElementBytes, lowering.Chunk) = (sizeof(float), -1);
        sent[(layout.KeptRows * columns)..].Clear();
    }

    /// <summary>Bytes of scratch that <see cref="Dispatch"/> or <see cref="Return"/> takes on the routed stack, with the routing last opened and elements of 4 bytes.</summary>
    public long ScratchBytes(int columns) => lowering.ScratchBytes(columns);

    private void RequireRows(string operation, int sent, int received, int columns)
    {
        if (sent != (long)layout.Copies * columns || received != (long)Rows * columns)
            throw new ArgumentException($"{operation}: got {sent} elements to exchange for {received}, need {(long)layout.Copies * columns} = {layout.Copies} rows × {columns} "
                + $"and {(long)Rows * columns} = {Rows} rows × {columns}.");
    }
}
