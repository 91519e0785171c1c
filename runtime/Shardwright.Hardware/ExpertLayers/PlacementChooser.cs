namespace Shardwright.Hardware;

/// <summary>What was chosen for one layer of one micro-batch.</summary>
/// <param name="Planner">Number of the candidate; −1 where every expert stays at home.</param>
/// <param name="Picoseconds">Predicted time of the layer under the plan that was chosen; 0 where the ranks were too even for any plan to pay, and nothing was predicted.</param>
/// <param name="StaticPicoseconds">Predicted time with every expert at home; 0 where it was not needed, because ranks are even, or the busiest rank's products alone take longer than the plan.</param>
public readonly record struct PlacementChoice(int Planner, long Picoseconds, long StaticPicoseconds)
{
    /// <summary>Whether nothing moves.</summary>
    public bool IsStatic => Planner < 0;
}

/// <summary>
/// Decides for one layer of one micro-batch whether replicas pay, and which plan is the fastest: every candidate's plan is timed by <see cref="ExpertLayerEstimator"/> from the exact counts, and it is taken only if it is faster than doing nothing by more than
/// deciding costs. Times are whole picoseconds and ties go to the earlier candidate, so every rank that has the same counts decides the same. Allocates nothing after construction; not for two threads at once.
/// </summary>
public sealed class PlacementChooser
{
    private const int Thousand = 1000;

    private readonly ExpertLayerEstimator estimator;
    private readonly PlacementPlanner[] candidates;
    private readonly PlacementPlan home;
    private readonly int[] load;
    private readonly int leastGain;
    private readonly bool movesTokens;
    private readonly long leastPerRow, close;
    private PlacementPlan best, spare;
    private int[][]? filled;

    /// <summary>A chooser for a layer.</summary>
    /// <param name="estimator">Predicts the layer's time.</param>
    /// <param name="candidates">Planners for the estimator's experts and ranks, and as many slots or fewer; their domains and least tokens may differ. None: <see cref="Candidates"/>.</param>
    /// <param name="leastGain">Thousandths of the time that a plan must save. What planning itself takes has to come out of this.</param>
    /// <param name="closeEnough">Thousandths above the time at even load within which a plan is taken without trying the candidates behind it: they could gain no more than it takes to time them.</param>
    /// <exception cref="ArgumentException">A negative gain, or one of a thousand thousandths and more.</exception>
    public PlacementChooser(ExpertLayerEstimator estimator, IReadOnlyList<PlacementPlanner>? candidates = null, int leastGain = 5, int closeEnough = 40)
    {
        if (leastGain is < 0 or >= Thousand)
            throw new ArgumentException($"A plan must save {leastGain} thousandths of the time; need 0 to {Thousand - 1}.", nameof(leastGain));
        (this.estimator, this.leastGain, this.candidates) = (estimator, leastGain, [.. candidates ?? Candidates(estimator)]);
        (home, best, spare, load) = (new(estimator.Layout), new(estimator.Layout), new(estimator.Layout), new int[estimator.Layout.Experts]);
        movesTokens = this.candidates.All(candidate => candidate.MovesTokens);
        leastPerRow = estimator.LeastPicosecondsPerRow;
        int[][] even = ExpertLayerEstimator.Balanced(estimator.Layout, estimator.Shape);
        Sum(even);
        long ideal = estimator.Static(even, load);
        close = ideal + ideal / Thousand * closeEnough;
        Plan = home;
    }

    /// <summary>The plan that was chosen last; the next choice overwrites it.</summary>
    public PlacementPlan Plan { get; private set; }

    /// <summary>Which source's tokens go to which instance under <see cref="Plan"/>. Filled when it is asked for.</summary>
    public TokenSplit Split
    {
        get
        {
            if (filled is not null)
                estimator.FillSplit(filled, Plan);
            filled = null;
            return estimator.Split;
        }
    }

    /// <summary>
    /// What <c>Placement.Auto</c> tries, in this order: weights to where the tokens are, where there are slots for all of them; quotas with one replica a rank, which spreads weights over the most links, and with as many as there are slots, both with replicas of at least 1,024 tokens, the default of UltraEP; at least 4,096 tokens,
    /// for slow links; any number; quotas that stay inside an instance, where the group crosses the network; and the exact plan, where the slots allow it.
    /// </summary>
    public static IReadOnlyList<PlacementPlanner> Candidates(ExpertLayerEstimator estimator)
    {
        var layout = estimator.Layout;
        var planners = new List<PlacementPlanner>();
        if (LocalPlanner.Fits(layout))
            planners.Add(new LocalPlanner(layout));
        if (layout.Slots > 1)
            planners.Add(Quota(1, layout.Domain, 1024));
        foreach (int least in new[] { 1024, 4096, 1 })
            planners.Add(Quota(layout.Slots, layout.Domain, least));
        var peers = estimator.Mesh.Shape(estimator.Machine, CollectiveGroup.ExpertPeers);
        int inside = Places.InsideInstances(estimator.Machine, peers);
        bool crossesNetwork = peers.Counts[peers.Counts.Count - 1][0] > 1;
        if (crossesNetwork && inside > 1 && inside < layout.Domain && layout.Ranks % inside == 0)
            planners.Add(Quota(layout.Slots, inside, 1));
        if (layout.Slots >= layout.PerRank && layout.Domain == layout.Ranks)
            planners.Add(new ExactPlanner(layout));
        return planners;

        QuotaPlanner Quota(int slots, int domain, int least) => new(new(layout.Experts, layout.Ranks, slots, domain, least));
    }

    /// <summary>Chooses; <see cref="Plan"/> and <see cref="Split"/> have the outcome.</summary>
    /// <param name="counts">Rows of each rank for each expert, gathered from all ranks: [ranks][experts].</param>
    public PlacementChoice Choose(int[][] counts)
    {
        Sum(counts);
        home.Reset(load);
        (Plan, filled) = (home, counts);
        if (movesTokens && IsEven())
            return new(-1, 0, 0);
        int chosen = -1;
        long time = long.MaxValue;
        for (int candidate = 0; candidate < candidates.Length; candidate++)
        {
            candidates[candidate].Plan(counts, load, spare);
            // A plan that leaves as much on the busiest rank and moves tokens, or whose busiest rank alone takes longer than the best so far, need not be timed.
            if (spare.Replicas == 0 || spare.Busiest >= home.Busiest && candidates[candidate].MovesTokens || spare.Busiest * leastPerRow >= time)
                continue;
            long predicted = estimator.Picoseconds(counts, spare);
            if (predicted >= time)
                continue;
            (chosen, time) = (candidate, predicted);
            (best, spare) = (spare, best);
            if (time <= close)
                break;
        }
        if (chosen >= 0 && Pays(time, home.Busiest * leastPerRow))
        {
            Plan = best;
            return new(chosen, time, 0);
        }
        long still = estimator.Picoseconds(counts, home);
        if (chosen < 0 || !Pays(time, still))
            return new(-1, still, still);
        Plan = best;
        return new(chosen, time, still);
    }

    private bool Pays(long time, long against) => time <= against - against / Thousand * leastGain;

    /// <summary>Whether even ranks would save too little: nothing that a placement changes grows faster than the busiest rank's rows.</summary>
    private bool IsEven()
    {
        long total = 0;
        foreach (int rows in load)
            total += rows;
        return (long)home.Busiest * home.Layout.Ranks * (Thousand - leastGain) <= total * Thousand;
    }

    private void Sum(int[][] counts)
    {
        Array.Clear(load, 0, load.Length);
        foreach (int[] source in counts)
            for (int expert = 0; expert < load.Length; expert++)
                load[expert] += source[expert];
    }
}
