namespace Shardwright.Hardware.Reports;

/// <summary>Tries placements on recorded micro-batches of one expert group, with the planners that the runtime has for them and the estimator that <c>Placement.Auto</c> asks.</summary>
internal sealed class PlacementTrials
{
    private const int MostSlots = 4;

    private readonly PlanDocument plan;
    private readonly Machine machine;
    private readonly TimedSite site;
    private readonly ExpertLayerShape shape;
    private readonly RowExchange exchange;
    private readonly SplitOrder? order;

    public PlacementTrials(PlanDocument plan, Machine machine, int index)
    {
        (this.plan, this.machine, site) = (plan, machine, plan.Program.Sites[index]);
        shape = Shape(plan.Program.Ops.Where(op => op.Site == index), site);
        RowExchange?[] exchanges = [.. plan.Program.Ops.Select(op => op.Site == index ? op.Collective?.Exchange : null)];
        exchange = exchanges.FirstOrDefault(how => how is RowExchange.Variable or RowExchange.Padded or RowExchange.Gathered) ?? RowExchange.None;
        order = exchanges.Contains(RowExchange.RunningSums) ? SplitOrder.Contiguous : null;
        var layout = Layout(0);
        int[][] even = ExpertLayerEstimator.Balanced(layout, shape);
        IdealPicoseconds = Estimator(layout).Static(even, RoutingGenerator.Sum(even));
    }

    /// <summary>Time of a layer at forced balance, picoseconds.</summary>
    public long IdealPicoseconds { get; }

    /// <summary>Bytes of weights and gradients that one slot takes of a rank, once for all layers.</summary>
    public long SlotBytes => checked(shape.ExpertWeights * (4 + 4));

    /// <summary>Every placement that a user can ask for, by slots: all at home, 1 to 4 slots or as many as the program has, and exact balance, which has a slot for each expert of a rank.</summary>
    /// <param name="samples">Copies: [ranks of the group][experts].</param>
    public IReadOnlyList<PlacementForecast> Try(IReadOnlyList<int[][]> samples)
    {
        ExpertLayout home = Layout(0), exact = Layout(home.PerRank);
        var results = new List<PlacementForecast> { Planned(TimedSite.StaticPlacement, home, new StaticPlanner(), samples) };
        if (!site.IsGrouped || plan.Placement.Expert == 1)
            return results;
        foreach (int slots in Enumerable.Range(1, MostSlots).Append(site.Slots).Where(slots => slots > 0).Distinct())
        {
            if (LeastTokens() is { } least && Layout(slots, least) is var layout)
                results.Add(Planned("Adaptive", layout, new QuotaPlanner(layout), samples));
            results.Add(Auto(slots, samples));
        }
        results.Add(Planned("Exact", exact, new ExactPlanner(exact), samples));
        return [.. results.OrderBy(result => result.Slots)];
    }

    /// <summary>What the attribute's default asks of a replica, or what the program has; null where no expert can have so many tokens, and the compiler leaves all at home.</summary>
    private int? LeastTokens()
    {
        if (site.Placement == "Adaptive")
            return site.LeastTokens;
        double least = Math.Ceiling(ReplicaBreakEven.Tokens(machine, OperandFormat.Float32, bytesPerWeight: 4, plan.Placement.Shape(machine, CollectiveGroup.ExpertPeers)));
        return least <= (double)site.TokensPerRank * plan.Placement.Expert ? (int)least : null;
    }

    private PlacementForecast Planned(string name, ExpertLayout layout, PlacementPlanner planner, IReadOnlyList<int[][]> samples)
    {
        var (estimator, placed) = (Estimator(layout), new PlacementPlan(layout));
        return Forecast(name, layout.Slots, samples, counts =>
        {
            planner.Plan(RoutingGenerator.Sum(counts), placed);
            return (placed, estimator.Picoseconds(counts, placed));
        });
    }

    private PlacementForecast Auto(int slots, IReadOnlyList<int[][]> samples)
    {
        var estimator = Estimator(Layout(slots));
        var chooser = new PlacementChooser(estimator);
        return Forecast("Auto", slots, samples, counts =>
        {
            chooser.Choose(counts);
            return (chooser.Plan, estimator.Picoseconds(counts, chooser.Plan));
        });
    }

    private static PlacementForecast Forecast(string name, int slots, IReadOnlyList<int[][]> samples, Func<int[][], (PlacementPlan Plan, long Picoseconds)> run)
    {
        var imbalance = new List<double>();
        double time = 0, replicas = 0;
        foreach (int[][] counts in samples)
        {
            var (plan, picoseconds) = run(counts);
            imbalance.Add(plan.Imbalance());
            (time, replicas) = (time + picoseconds, replicas + plan.Replicas);
        }
        imbalance.Sort();
        return new(name, slots)
        {
            MeanImbalance = imbalance.Average(),
            P99Imbalance = imbalance[(int)Math.Ceiling(0.99 * imbalance.Count) - 1],
            MostImbalance = imbalance[imbalance.Count - 1],
            MeanReplicas = replicas / samples.Count,
            LayerPicoseconds = time / samples.Count,
        };
    }

    private ExpertLayout Layout(int slots, int least = 1) => new(site.Experts, plan.Placement.Expert, slots, leastTokens: least);

    private ExpertLayerEstimator Estimator(ExpertLayout layout) => new(machine, plan.Placement, layout, shape, exchange, order);

    /// <summary>Sizes from the experts' forward products, which are taken as three matrices of width × hidden, as <c>Placement.Auto</c> takes them.</summary>
    private static ExpertLayerShape Shape(IEnumerable<TimedOp> ops, TimedSite site)
    {
        MatrixWork[] products = [.. ops.Where(op => op.Phase == StepPhase.Forward && !op.IsRecomputed && op.Chunk.Index == 0).SelectMany(op => op.Work.Products).Where(product => product.Routed == RoutedDimension.Rows)];
        if (products.Length == 0)
            return new(1, 1, site.TopK, checked((int)site.TokensPerRank));
        int width = checked((int)products[0].Inner);
        return new ExpertLayerShape(width, (int)Math.Max(1, products.Sum(product => product.Inner * product.Columns) / (3L * width)), site.TopK, checked((int)site.TokensPerRank)).In(products[0].Format);
    }
}
