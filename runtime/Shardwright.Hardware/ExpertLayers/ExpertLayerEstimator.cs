namespace Shardwright.Hardware;

/// <summary>
/// Predicts the time of one MoE layer, forward and backward, under a placement plan: the clocks of all ranks of an expert group walk through the layer's statements as the emulator's do, with the rows that the plan brings to each rank and every byte of
/// rows, weights and gradients on the links that carry it. Not for two threads at once: it keeps its scratch.
/// </summary>
public sealed class ExpertLayerEstimator
{
    private readonly RowTraffic rows;
    private readonly ReplicaTraffic replicas;
    private readonly ExpertTimes times;
    private readonly LayerWalk atHome, replicated;
    private readonly PlacementPlan home;
    private readonly SumTurns? sums;

    /// <summary>Prepares the times of a layer.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="mesh">The mesh on it: whose expert peers hold the layer together.</param>
    /// <param name="layout">Experts, homes, slots.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="exchange">How rows travel; none: as <see cref="AllToAllLegality"/> allows.</param>
    /// <param name="order">Which source's tokens a replica gets; null for what suits the links: locality where several ranks share a chip's port on a switch, else in proportion. With contiguous runs, gradients are running sums that go from instance to instance.</param>
    /// <exception cref="ArgumentException">The layout has other ranks than the mesh has expert peers.</exception>
    public ExpertLayerEstimator(Machine machine, MeshPlacement mesh, ExpertLayout layout, ExpertLayerShape shape, RowExchange exchange = RowExchange.None, SplitOrder? order = null)
    {
        if (mesh.Expert != layout.Ranks)
            throw new ArgumentException($"The layout has {layout.Ranks} ranks, the mesh {mesh.Expert} expert peers; need the same number.", nameof(layout));
        (Layout, Machine, Mesh, Shape) = (layout, machine, mesh, shape);
        var peers = mesh.Shape(machine, CollectiveGroup.ExpertPeers);
        Exchange = exchange == RowExchange.None ? AllToAllLegality.Choose(machine, peers) : exchange;
        rows = new(machine, peers, layout, shape, order ?? Order(machine, peers));
        replicas = new(machine, peers, layout, shape);
        home = new(layout);
        bool handsSums = order == SplitOrder.Contiguous;
        sums = handsSums ? new(layout) : null;
        ExpertLayerProgram still = new(shape, layout.Experts, Exchange, replicas: false, handsSums), adaptive = new(shape, layout.Experts, Exchange, replicas: true, handsSums);
        (Program, ReplicatedProgram) = (still.Program, adaptive.Program);
        times = new(machine.Rank, layout, Program.Ops);
        (atHome, replicated) = (new(machine, mesh, still, times), new(machine, mesh, adaptive, times));
    }

    /// <summary>Experts, homes, slots.</summary>
    public ExpertLayout Layout { get; }

    /// <summary>The machine.</summary>
    public Machine Machine { get; }

    /// <summary>The mesh.</summary>
    public MeshPlacement Mesh { get; }

    /// <summary>Sizes.</summary>
    public ExpertLayerShape Shape { get; }

    /// <summary>How rows travel.</summary>
    public RowExchange Exchange { get; }

    /// <summary>The layer with every expert at home, as the emulator's clock walks through it.</summary>
    public TimedProgram Program { get; }

    /// <summary>The layer with replicas.</summary>
    public TimedProgram ReplicatedProgram { get; }

    /// <summary>Which source's tokens go to which instance, under the plan that was estimated last.</summary>
    internal TokenSplit Split => rows.Split;

    /// <summary>No rank takes less for a row that it computes: its products at full clock, without padding.</summary>
    internal long LeastPicosecondsPerRow => (long)Math.Floor(18.0 * Shape.Width * Shape.Hidden / Machine.Rank.TensorFlops[(int)Shape.Format] * 1e12);

    /// <summary>Counts that send the same number of rows from every rank to every expert, as far as they divide: [ranks][experts].</summary>
    public static int[][] Balanced(ExpertLayout layout, ExpertLayerShape shape) =>
        [.. Enumerable.Range(0, layout.Ranks).Select(_ => Enumerable.Range(0, layout.Experts).Select(e => (int)(shape.Copies * (e + 1) / layout.Experts - shape.Copies * e / layout.Experts)).ToArray())];

    /// <summary>Time of the layer with every expert at home, picoseconds.</summary>
    /// <param name="counts">Rows of each rank for each expert: [ranks][experts].</param>
    /// <param name="load">Their sums over ranks: [experts].</param>
    public long Static(int[][] counts, int[] load)
    {
        home.Reset(load);
        return Picoseconds(counts, home);
    }

    /// <summary>Time of the layer under a plan, picoseconds. Allocates nothing.</summary>
    /// <param name="counts">Rows of each rank for each expert: [ranks][experts].</param>
    /// <param name="plan">A plan for their sums.</param>
    public long Picoseconds(int[][] counts, PlacementPlan plan) => Walk(counts, plan, out _, out _);

    /// <summary>Time of the layer under a plan, with its parts: the exposed part of a traffic is how much sooner the layer would end if that traffic took no time.</summary>
    /// <param name="counts">Rows of each rank for each expert: [ranks][experts].</param>
    /// <param name="plan">A plan for their sums.</param>
    public ExpertLayerTime Estimate(int[][] counts, PlacementPlan plan)
    {
        long time = Walk(counts, plan, out var exchange, out var walk), forward = walk.Forward, waiting = walk.Waiting;
        long withoutWeights = walk.Run(exchange with { Weights = default }), withoutReplicas = walk.Run(exchange with { Weights = default, Gradients = default, HandsSums = false });
        return new(time, forward)
        {
            Exchange = exchange.Rows.Picoseconds,
            Weights = exchange.Weights.Picoseconds,
            Gradients = walk.Gradients(exchange),
            ExposedWeights = time - withoutWeights,
            ExposedGradients = withoutWeights - withoutReplicas,
            Waiting = waiting,
            Replicas = plan.Replicas,
            ReplicaBytes = plan.Replicas * Shape.ReplicaBytes,
            Imbalance = plan.Imbalance(),
        };
    }

    /// <summary>Fills <see cref="Split"/> alone.</summary>
    internal void FillSplit(int[][] counts, PlacementPlan plan) => rows.Fill(counts, plan);

    private SplitOrder Order(Machine machine, GroupShape peers) =>
        Exchange != RowExchange.Padded && Places.InsideChips(machine, peers) > 1 && machine.Levels.All(level => level.Shape == LinkShape.Switch) ? SplitOrder.Locality : SplitOrder.Proportional;

    private long Walk(int[][] counts, PlacementPlan plan, out LayerExchanges exchange, out LayerWalk walk)
    {
        rows.Fill(counts, plan);
        exchange = new() { Rows = Exchange == RowExchange.Variable ? rows.Cost() : default, Load = rows.Load(), IsPairwise = Exchange == RowExchange.Variable };
        times.Fill(plan);
        walk = plan.Replicas == 0 ? atHome : replicated;
        if (plan.Replicas > 0)
        {
            replicas.Fill(plan);
            exchange = exchange with { Weights = replicas.Weights, Gradients = replicas.Gradients };
            if (sums is not null)
            {
                sums.Fill(rows.Split);
                exchange = exchange with { HandsSums = true, Load = exchange.Load with { HandOvers = sums.Turns - 1, HandedSums = sums.HandedSums, WaitedRows = sums.WaitedRows } };
            }
        }
        return walk.Run(exchange);
    }
}

/// <summary>Predicted time of one MoE layer, forward and backward, all of it in picoseconds.</summary>
/// <param name="Picoseconds">From the first rank's first statement to the last rank's last.</param>
/// <param name="Forward">Of the forward pass.</param>
public readonly record struct ExpertLayerTime(long Picoseconds, long Forward)
{
    /// <summary>One of the four exchanges of rows; 0 where they are padded or gathered.</summary>
    public long Exchange { get; init; }

    /// <summary>Weights on their way to replicas, once.</summary>
    public long Weights { get; init; }

    /// <summary>Gradients of replicas on their way home: an exchange a matrix.</summary>
    public long Gradients { get; init; }

    /// <summary>How much longer the layer takes because weights travel.</summary>
    public long ExposedWeights { get; init; }

    /// <summary>How much longer because gradients travel.</summary>
    public long ExposedGradients { get; init; }

    /// <summary>Time in which a rank waits at a collective for the last one; mean of the ranks.</summary>
    public long Waiting { get; init; }

    /// <summary>Replicas.</summary>
    public int Replicas { get; init; }

    /// <summary>Bytes of weights and gradients that leave ranks for replicas' sake, all ranks.</summary>
    public long ReplicaBytes { get; init; }

    /// <summary>Rows of the busiest rank ÷ mean.</summary>
    public double Imbalance { get; init; }
}
