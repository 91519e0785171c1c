namespace Shardwright.Hardware;

/// <summary>Who receives how many rows, for a walk through a program.</summary>
public interface IRouting
{
    /// <summary>Fills the first row of each expert of a rank and, last, their sum.</summary>
    void Rows(int site, int layer, int microBatch, int rank, int[] starts);

    /// <summary>The exchange of the rank's expert group, of the rows of a part of every rank's experts.</summary>
    ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk);
}

/// <summary>Every expert of every rank receives the same number of rows, as far as they divide.</summary>
public sealed class BalancedRouting(TimedProgram program, int expertRanks) : IRouting
{
    /// <inheritdoc/>
    public void Rows(int site, int layer, int microBatch, int rank, int[] starts)
    {
        long rows = program.Sites[site].Copies;
        int experts = program.Sites[site].Experts / expertRanks;
        for (int expert = 0; expert <= experts; expert++)
            starts[expert] = checked((int)(rows * expert / experts));
    }

    /// <inheritdoc/>
    public ExchangeLoad Load(int site, int layer, int microBatch, int rank, ExpertChunk chunk)
    {
        int experts = program.Sites[site].Experts / expertRanks;
        long copies = program.Sites[site].Copies, rows = copies * chunk.End(experts) / experts - copies * chunk.First(experts) / experts;
        return new(rows, rows, (rows + expertRanks - 1) / expertRanks) { OnceRows = program.Sites[site].OnceRows(rows, expertRanks) };
    }
}

/// <summary>Walks through a step in program order and moves the clocks of the given ranks: all ranks of a mesh, or one for all where all do the same.</summary>
public sealed class ProgramWalk
{
    private readonly ProgramCosts costs;
    private readonly RankClock[] clocks;
    private readonly IRouting routing;
    private readonly int[][] starts;
    private readonly int[] order;
    private readonly bool representatives;
    private int microBatch;

    private ProgramWalk(ProgramCosts costs, RankClock[] clocks, IRouting routing, bool representatives = false)
    {
        (this.costs, this.clocks, this.routing, this.representatives) = (costs, clocks, routing, representatives);
        starts = [.. costs.Program.Sites.Select((_, site) => new int[costs.Experts(site) + 1])];
        order = new int[clocks.Length];
    }

    /// <summary>The time of a step at even load: one rank stands for all.</summary>
    public static RankClock Balanced(ProgramCosts costs, IClockListener? listener = null)
    {
        var clock = new RankClock(costs) { Listener = listener };
        new ProgramWalk(costs, [clock], new BalancedRouting(costs.Program, costs.Placement.Expert)).Walk(costs.Program.Nodes, 0);
        return clock;
    }

    /// <summary>The clocks of <paramref name="ranks"/> ranks after a step: all ranks, or 1 when every rank has the same load.</summary>
    public static RankClock[] Run(ProgramCosts costs, int ranks, IRouting routing)
    {
        if (ranks != 1 && ranks != costs.Placement.Data)
            throw new ArgumentOutOfRangeException(nameof(ranks), ranks, $"A walk follows 1 rank or all {costs.Placement.Data}.");
        var clocks = Enumerable.Range(0, ranks).Select(_ => new RankClock(costs)).ToArray();
        new ProgramWalk(costs, clocks, routing).Walk(costs.Program.Nodes, 0);
        return clocks;
    }

    /// <summary>
    /// The clocks of one representative of each class of ranks, where all expert groups are alike: the ranks of a class have the same rows in every layer. Representatives meet in the world and among expert peers; the replicas of a
    /// rank are of its own class, so that it never waits for them.
    /// </summary>
    /// <param name="costs">Costs on the machine and mesh.</param>
    /// <param name="classes">Classes, at least 1.</param>
    /// <param name="routing">Rows by class, in place of the rank.</param>
    public static RankClock[] Representatives(ProgramCosts costs, int classes, IRouting routing)
    {
        var clocks = Enumerable.Range(0, classes).Select(_ => new RankClock(costs)).ToArray();
        new ProgramWalk(costs, clocks, routing, representatives: true).Walk(costs.Program.Nodes, 0);
        return clocks;
    }

    private void Walk(IReadOnlyList<TimedNode> nodes, int layer)
    {
        foreach (var node in nodes)
            if (node is TimedOp op)
                Visit(op, layer);
            else if (node is TimedLoop loop)
                for (int i = 0; i < loop.Count; i++)
                {
                    if (loop.IsMicroBatches)
                        microBatch = i;
                    Walk(loop.Body, loop.IsMicroBatches ? layer : layer * loop.Count + (loop.IsBackward ? loop.Count - 1 - i : i));
                }
    }

    private void Visit(TimedOp op, int layer)
    {
        if (op.Collective is { } collective)
        {
            Meet(op, collective, layer);
            return;
        }
        for (int rank = 0; rank < clocks.Length; rank++)
        {
            int[]? rows = costs.IsRouted(op.Index) ? starts[op.Site] : null;
            if (rows is not null)
                routing.Rows(op.Site, layer, microBatch, rank, rows);
            clocks[rank].Charge(op.Index, rows);
        }
    }

    private void Meet(TimedOp op, CollectiveWork collective, int layer)
    {
        int expert = costs.Placement.Expert;
        for (int rank = 0; rank < clocks.Length; rank++)
            order[rank] = clocks.Length == 1 ? 0 : collective.Group switch
            {
                CollectiveGroup.ExpertPeers => representatives ? 0 : rank / expert,
                CollectiveGroup.ExpertReplicas => representatives ? rank : rank % expert,
                _ => 0,
            };
        foreach (int group in order.Distinct().ToList())
        {
            int first = Array.IndexOf(order, group);
            if (clocks[first].IsIdle(op.Index, collective.Exchange == RowExchange.None ? default : routing.Load(op.Site, layer, microBatch, first, op.Chunk)))
            {
                for (int rank = 0; rank < clocks.Length; rank++)
                    if (order[rank] == group)
                        clocks[rank].Forward(op.Index);
                continue;
            }
            long start = 0;
            for (int rank = 0; rank < clocks.Length; rank++)
                if (order[rank] == group)
                    start = Math.Max(start, clocks[rank].Arrival(op.Index));
            for (int rank = 0; rank < clocks.Length; rank++)
                if (order[rank] == group)
                    clocks[rank].Join(op.Index, start, collective.Exchange == RowExchange.None ? default : routing.Load(op.Site, layer, microBatch, rank, op.Chunk));
        }
    }
}
