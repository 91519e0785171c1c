namespace Shardwright.Hardware;

/// <summary>The costs of a program's statements on one machine and mesh: computed once where routing does not matter, on demand where it does.</summary>
public sealed class ProgramCosts
{
    private readonly EngineTimes[] times;
    private readonly CollectiveCost[] collectives;
    private readonly CollectiveTimer?[] exchanges;
    private readonly GroupShape[] shapes;
    private readonly bool[] routed;
    private readonly int[] experts;

    /// <summary>Prepares the costs.</summary>
    public ProgramCosts(TimedProgram program, Machine machine, MeshPlacement placement)
    {
        (Program, Machine, Placement) = (program, machine, placement);
        shapes = [.. new[] { CollectiveGroup.World, CollectiveGroup.ExpertPeers, CollectiveGroup.ExpertReplicas }.Select(g => placement.Shape(machine, g))];
        (times, collectives, routed) = (new EngineTimes[program.Ops.Count], new CollectiveCost[program.Ops.Count], new bool[program.Ops.Count]);
        experts = [.. program.Sites.Select(s => s.Experts / placement.Expert)];
        exchanges = new CollectiveTimer?[program.Ops.Count];
        foreach (var op in program.Ops)
        {
            routed[op.Index] = op.Collective is { } collective ? collective.Exchange != RowExchange.None : op.Work.IsRouted;
            if (op.Collective is { Exchange: not RowExchange.None } exchange)
                exchanges[op.Index] = CollectiveTime.Timer(machine, exchange.Kind, Shape(exchange.Group));
            if (routed[op.Index])
                continue;
            if (op.Collective is { } known)
                collectives[op.Index] = CollectiveTime.Of(machine, known.Kind, Shape(known.Group), known.BytesOf(placement.Size(known.Group), default, ExpertsOf(op)));
            else
                times[op.Index] = OpTime.Of(machine.Rank, op.Work, null, ExpertsOf(op));
        }
    }

    /// <summary>The program.</summary>
    public TimedProgram Program { get; }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The mesh and how it lies on the machine.</summary>
    public MeshPlacement Placement { get; }

    /// <summary>Where the ranks of a group lie.</summary>
    public GroupShape Shape(CollectiveGroup group) => shapes[(int)group];

    /// <summary>Experts of a rank at a site.</summary>
    public int Experts(int site) => experts[site];

    /// <summary>Whether a statement's cost depends on routing.</summary>
    public bool IsRouted(int op) => routed[op];

    /// <summary>Format of a statement's products.</summary>
    public OperandFormat Format(int op)
    {
        var products = Program.Ops[op].Work.Products;
        return products.Count == 0 ? OperandFormat.Float32 : products[0].Format;
    }

    /// <summary>Engine times of a statement; <paramref name="starts"/> as for <see cref="OpTime.Of"/>, used when routing matters.</summary>
    public EngineTimes Times(int op, int[]? starts) => routed[op] ? OpTime.Of(Machine.Rank, Program.Ops[op].Work, starts, ExpertsOf(Program.Ops[op]), Program.Ops[op].Chunk) : times[op];

    /// <summary>Cost of a collective statement; <paramref name="load"/> is used when rows are exchanged.</summary>
    public CollectiveCost Collective(int op, in ExchangeLoad load)
    {
        if (!routed[op])
            return collectives[op];
        var work = Program.Ops[op].Collective!;
        var cost = exchanges[op]!.At(work.BytesOf(Placement.Size(work.Group), load, ExpertsOf(Program.Ops[op])));
        if (work.Exchange != RowExchange.RunningSums || load.HandOvers == 0)
            return cost;
        // What a rank waits for is the time of the statement that made the sums, for the rows of others.
        return cost with
        {
            Picoseconds = cost.Picoseconds * load.HandOvers + OpTime.OfExpert(Machine.Rank, Program.Ops[MakerOf(op)].Work, checked((int)load.WaitedRows)).Duration,
            LinkBytes = cost.LinkBytes * load.HandOvers,
            Latency = cost.Latency * load.HandOvers,
        };
    }

    /// <summary>The statement that makes what a collective hands on, its first operand.</summary>
    private int MakerOf(int op)
    {
        int made = Program.Ops[op].Reads[0], maker = op - 1;
        while (!Program.Ops[maker].Writes.Contains(made))
            maker--;
        return maker;
    }

    private int ExpertsOf(TimedOp op) => op.Site < 0 ? 0 : experts[op.Site];
}
