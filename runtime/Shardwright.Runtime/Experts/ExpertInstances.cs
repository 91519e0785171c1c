using System.Diagnostics;
using Shardwright.Hardware;

namespace Shardwright.Execution;

/// <summary>
/// The instances of every expert in one layer of one micro-batch, and how many copies of each source rank go to each: the home alone, or, with a planner, the home and the replicas that the planner puts into ranks' slots. A function of the
/// counts, so every rank of the group has the same. A rank computes groups of rows: those of its own experts, then those of its slots.
/// </summary>
internal sealed class ExpertInstances
{
    private readonly PlacementPlanner? planner;
    private readonly PlacementChooser? chooser;
    private readonly TokenSplit? split;
    private readonly SplitOrder order;
    private PlacementPlan? plan;
    private readonly int[] load;

    /// <param name="layout">Homes and slots.</param>
    /// <param name="planner">Chooses replicas; null leaves all experts at home.</param>
    /// <param name="chooser">Chooses a plan, and whether there is one; in the planner's place.</param>
    /// <param name="order">Which copies go to which instance; the chooser's own where there is one.</param>
    public ExpertInstances(ExpertLayout layout, PlacementPlanner? planner, PlacementChooser? chooser = null, SplitOrder order = SplitOrder.Locality)
    {
        (Layout, this.planner, this.chooser, this.order) = (layout, planner, chooser, order);
        Sums = new(layout);
        load = new int[layout.Experts];
        int most = layout.Experts + layout.Ranks * layout.Slots;
        (Rank, Group) = (new int[most], new int[most]);
        Counts = [.. Enumerable.Range(0, layout.Ranks).Select(_ => new int[layout.Experts])];
        if (planner is not null || chooser is not null)
        {
            (plan, split) = chooser is null ? (new(layout), new(layout, node: layout.Ranks)) : (chooser.Plan, chooser.Split);
            (First, Tokens) = (split.First, split.Tokens);
            return;
        }
        (First, Tokens) = ([.. Enumerable.Range(0, layout.Experts + 1)], Counts);
        for (int expert = 0; expert < layout.Experts; expert++)
            (Rank[expert], Group[expert]) = (layout.Home(expert), expert % layout.PerRank);
    }

    public ExpertLayout Layout { get; }

    /// <summary>Groups of rows that a rank computes: its own experts and its slots.</summary>
    public int Groups => Layout.PerRank + Layout.Slots;

    /// <summary>Copies of each source rank for each expert, [source][expert]: what <see cref="Open"/> reads.</summary>
    public int[][] Counts { get; }

    /// <summary>First instance of each expert; the next expert's is one past its last.</summary>
    public int[] First { get; }

    /// <summary>The rank that computes an instance.</summary>
    public int[] Rank { get; }

    /// <summary>The group of rows of that rank.</summary>
    public int[] Group { get; }

    /// <summary>Copies from a source rank to an instance, [source][instance].</summary>
    public int[][] Tokens { get; }

    /// <summary>Replicas in all slots.</summary>
    public int Replicas => plan?.Replicas ?? 0;

    /// <summary>The most replicas that one rank gets or that one home gives: what lasts longest when weights move.</summary>
    public int MostReplicas { get; private set; }

    /// <summary>How running sums go through the instances of every expert; filled for contiguous runs of rows.</summary>
    public SumTurns Sums { get; }

    /// <summary>Copies of the rank whose own experts have most, wherever they are computed.</summary>
    public int BusiestHome { get; private set; }

    /// <summary>What the last <see cref="Open"/> took to plan and to split, in <see cref="Stopwatch"/> ticks; 0 without a planner.</summary>
    public long PlanningTicks { get; private set; }

    /// <summary>Expert in a slot of a rank; −1 for none.</summary>
    public int SlotExpert(int rank, int slot) => plan!.SlotExpert[rank * Layout.Slots + slot];

    /// <summary>Places the experts and splits the copies.</summary>
    public void Open()
    {
        Array.Clear(load);
        foreach (int[] row in Counts)
            for (int expert = 0; expert < load.Length; expert++)
                load[expert] += row[expert];
        BusiestHome = 0;
        for (int rank = 0; rank < Layout.Ranks; rank++)
        {
            int own = 0;
            foreach (int copies in load.AsSpan(rank * Layout.PerRank, Layout.PerRank))
                own += copies;
            BusiestHome = Math.Max(BusiestHome, own);
        }
        if (split is null)
            return;
        long started = Stopwatch.GetTimestamp();
        if (chooser is not null)
        {
            chooser.Choose(Counts);
            plan = chooser.Plan;
            _ = chooser.Split;
        }
        else
        {
            planner!.Plan(Counts, load, plan!);
            split.Fill(Counts, plan!, order);
        }
        MostReplicas = 0;
        for (int expert = 0; expert < Layout.Experts; expert++)
            for (int instance = First[expert]; instance < First[expert + 1]; instance++)
            {
                int rank = Rank[instance] = split.InstanceRank[instance];
                Group[instance] = rank == Layout.Home(expert) ? expert % Layout.PerRank : Layout.PerRank + Slot(rank, expert);
            }
        for (int rank = 0; rank < Layout.Ranks; rank++)
            MostReplicas = Math.Max(MostReplicas, Math.Max(Held(rank), Given(rank)));
        if (order == SplitOrder.Contiguous)
            Sums.Fill(split);
        PlanningTicks = Stopwatch.GetTimestamp() - started;
    }

    private int Slot(int rank, int expert)
    {
        int slot = 0;
        while (SlotExpert(rank, slot) != expert)
            slot++;
        return slot;
    }

    private int Held(int rank)
    {
        int held = 0;
        while (held < Layout.Slots && SlotExpert(rank, held) >= 0)
            held++;
        return held;
    }

    private int Given(int rank) => First[(rank + 1) * Layout.PerRank] - First[rank * Layout.PerRank] - Layout.PerRank;
}
