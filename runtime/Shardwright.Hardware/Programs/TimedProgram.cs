namespace Shardwright.Hardware;

/// <summary>A statement or a loop of a step.</summary>
public abstract record TimedNode;

/// <summary>One statement as the clock sees it.</summary>
/// <param name="Name">What it computes, in the user's names.</param>
public sealed record TimedOp(string Name) : TimedNode
{
    /// <summary>The statement in the user's source; null where there is none.</summary>
    public PlanSource? Place { get; init; }

    /// <summary>File and line of it, <c>DecoderBlock.cs(24)</c>; empty where there is none.</summary>
    public string Source => Place?.ToString() ?? "";

    /// <summary>What it makes, for a reader: name, shape of the whole tensor, sharding, format.</summary>
    public IReadOnlyList<string> Results { get; init; } = [];

    /// <summary>What it reads, in the same form.</summary>
    public IReadOnlyList<string> Operands { get; init; } = [];

    /// <summary>Forward, backward or update.</summary>
    public StepPhase Phase { get; init; }

    /// <summary>Whether it repeats a statement of the forward pass: work of the hardware, not of the model.</summary>
    public bool IsRecomputed { get; init; }

    /// <summary>Its work on the engines.</summary>
    public OpWork Work { get; init; } = OpWork.None;

    /// <summary>Set when it is a collective.</summary>
    public CollectiveWork? Collective { get; init; }

    /// <summary>Expert group whose routing decides its rows; −1 without.</summary>
    public int Site { get; init; } = -1;

    /// <summary>The part of the rank's experts that it is about; all of them by default.</summary>
    public ExpertChunk Chunk { get; init; }

    /// <summary>Slots of values that must be ready before it starts.</summary>
    public IReadOnlyList<int> Reads { get; init; } = [];

    /// <summary>Slots of values that are ready when it ends.</summary>
    public IReadOnlyList<int> Writes { get; init; } = [];

    /// <summary>Ordinal in the step, a loop's body counted once: how emitted code names it.</summary>
    public int Index { get; init; }
}

/// <summary>A part of a step.</summary>
public enum StepPhase
{
    /// <summary>Up to the loss.</summary>
    Forward,

    /// <summary>Gradients.</summary>
    Backward,

    /// <summary>Reduction of gradients and optimizer.</summary>
    Update,
}

/// <summary>Statements that run <paramref name="Count"/> times.</summary>
/// <param name="Name">The loop's variable.</param>
/// <param name="Count">Iterations.</param>
/// <param name="Body">Its statements.</param>
public sealed record TimedLoop(string Name, int Count, IReadOnlyList<TimedNode> Body) : TimedNode
{
    /// <summary>Whether it goes over micro-batches; else over layers.</summary>
    public bool IsMicroBatches { get; init; }

    /// <summary>Whether layers run from the last to the first.</summary>
    public bool IsBackward { get; init; }

    /// <summary>Bytes of the parameters of one layer, by expert of the rank where they are an expert's; none inside another loop over layers, whose layers contain these.</summary>
    public Amount Weights { get; init; }

    /// <summary>Bytes of the gradients of one layer.</summary>
    public Amount Gradients { get; init; }
}

/// <summary>An expert group of a timed program.</summary>
/// <param name="Path">Path in the model.</param>
/// <param name="Experts">Experts over all ranks.</param>
/// <param name="TopK">Experts a token goes to.</param>
/// <param name="Layers">Layers of it.</param>
/// <param name="TokensPerRank">Tokens of one rank in a micro-batch.</param>
public sealed record TimedSite(string Path, int Experts, int TopK, int Layers, long TokensPerRank)
{
    /// <summary>Whether a rank's experts run as one group, which is what replicas need.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>Which ranks compute an expert's rows in the compiled program: a member of the runtime's <c>Placement</c>.</summary>
    public string Placement { get; init; } = StaticPlacement;

    /// <summary>Replicas that a rank can hold.</summary>
    public int Slots { get; init; }

    /// <summary>Fewest token copies of a replica; 0 where there are none.</summary>
    public int LeastTokens { get; init; }

    /// <summary>Every expert at home.</summary>
    public const string StaticPlacement = "Static";

    /// <summary>Rows that all experts together take of a rank's tokens, where a capacity lets them take fewer than the tokens have copies; null where nothing is dropped at even load.</summary>
    public long? MostCopies { get; init; }

    /// <summary>Groups of experts that a token chooses among first, and how many of them its experts come from; 0 for all.</summary>
    public int Groups { get; init; } = 1;

    /// <inheritdoc cref="Groups"/>
    public int KeptGroups { get; init; }

    /// <summary>Rows of <paramref name="copies"/> copies where a token travels once to each of a number of ranks, with experts chosen at random.</summary>
    public long OnceRows(long copies, int ranks) => (long)Math.Ceiling(copies * DispatchTraffic.OnceShare(Experts, TopK, ranks, Groups, KeptGroups));

    /// <summary>Rows that a rank sends, and receives when the load is even.</summary>
    public long Copies => MostCopies ?? checked(TokensPerRank * TopK);

    /// <summary>Whether every rank receives exactly <see cref="Copies"/> rows, whatever the router does: experts placed by <see cref="ExactPlanner"/>.</summary>
    public bool IsExact => Placement == "Exact";

    /// <summary>Rows of a dispatch over a number of ranks.</summary>
    public DispatchRows RowsOver(int ranks) => new(TokensPerRank, TopK, Experts, ranks);

    /// <summary>The most rows that a rank can receive, where a number of ranks hold the experts together.</summary>
    public long WorstRows(int ranks) => IsExact ? Copies : RowsOver(ranks).Copies;
}

/// <summary>One training step of one rank: what it does, in order, before any machine is named.</summary>
/// <param name="nodes">Statements and loops of the whole step: micro-batches, then the update.</param>
/// <param name="sites">Expert groups.</param>
/// <param name="slots">Number of value slots.</param>
public sealed class TimedProgram(IReadOnlyList<TimedNode> nodes, IReadOnlyList<TimedSite> sites, int slots)
{
    /// <summary>Statements and loops of the whole step: micro-batches, then the update.</summary>
    public IReadOnlyList<TimedNode> Nodes { get; } = nodes;

    /// <summary>Expert groups.</summary>
    public IReadOnlyList<TimedSite> Sites { get; } = sites;

    /// <summary>Number of value slots.</summary>
    public int Slots { get; } = slots;

    /// <summary>All statements, by index.</summary>
    public IReadOnlyList<TimedOp> Ops { get; } = [.. All(nodes).OrderBy(op => op.Index)];

    private static IEnumerable<TimedOp> All(IEnumerable<TimedNode> nodes) => nodes.SelectMany(node => node is TimedLoop loop ? All(loop.Body) : [(TimedOp)node]);
}
