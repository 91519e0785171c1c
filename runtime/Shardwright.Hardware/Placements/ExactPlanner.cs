namespace Shardwright.Hardware;

/// <summary>
/// Every rank computes the same number of tokens, to one: the sum over ranks rounded up or down. The busiest home hands the roomiest rank exactly what it lacks, until all are full; so a rank takes replicas of one home only, and at most as many as that home has
/// experts. The receive buffer is a constant. The scheme is that of MoonEP's reference planner.
/// </summary>
public sealed class ExactPlanner : PlacementPlanner
{
    private readonly ExpertLayout layout;
    private readonly HomeOrder order;
    private readonly RankHeap over, under, wanted;
    private readonly int[] share, first, next, lacks, left;

    /// <summary>A planner for a layout with one domain and a slot for each expert of a home.</summary>
    /// <exception cref="ArgumentException">The layout has fewer slots, or several domains: then an exact plan need not exist.</exception>
    public ExactPlanner(ExpertLayout layout)
    {
        if (layout.Slots < layout.PerRank || layout.Domain != layout.Ranks)
            throw new ArgumentException($"An exact plan needs {layout.PerRank} slots a rank and one domain; the layout has {layout.Slots} slots and domains of {layout.Domain} of {layout.Ranks} ranks.", nameof(layout));
        (this.layout, order) = (layout, new(layout));
        (over, under, wanted) = (new(layout.Ranks), new(layout.Ranks), new(layout.Ranks));
        (share, first, next, lacks, left) = (new int[layout.Ranks], new int[layout.Ranks], new int[layout.Ranks], new int[layout.Ranks], new int[layout.Experts]);
    }

    /// <inheritdoc/>
    public override string Name => "exact";

    /// <inheritdoc/>
    public override void Plan(int[] load, PlacementPlan plan)
    {
        plan.Reset(load);
        order.Sum(load);
        order.SortRanks();
        Share();
        HandOver();
        Array.Copy(load, left, left.Length);
        for (int home = 0; home < layout.Ranks; home++)
            if (first[home] >= 0)
                Fill(home, plan);
        plan.Count();
    }

    /// <summary>The remainder goes to the busiest homes, which then hand over less.</summary>
    private void Share()
    {
        int each = (int)(order.Total / layout.Ranks), more = (int)(order.Total % layout.Ranks);
        for (int i = 0; i < layout.Ranks; i++)
            share[order.Ranks[i]] = i < more ? each + 1 : each;
    }

    /// <summary>Which home fills up which rank, and by how many tokens: at most ranks − 1 moves. The ranks of a home are chained from its first.</summary>
    private void HandOver()
    {
        over.Clear();
        under.Clear();
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            first[rank] = -1;
            if (order.Load[rank] > share[rank])
                over.Add(rank, order.Load[rank] - share[rank]);
            else if (order.Load[rank] < share[rank])
                under.Add(rank, share[rank] - order.Load[rank]);
        }
        over.Order();
        under.Order();
        while (over.Count > 0)
        {
            int home = over.Top, excess = over.TopKey, rank = under.Top, room = under.TopKey;
            under.Pop();
            (next[rank], first[home], lacks[rank]) = (first[home], rank, room);
            if (excess > room)
                over.ReplaceTop(excess - room);
            else
            {
                over.Pop();
                if (excess < room)
                    under.Push(home, room - excess);
            }
        }
    }

    /// <summary>Splits a home's experts over the ranks that it fills: the largest want first, from the expert with most tokens left.</summary>
    private void Fill(int home, PlacementPlan plan)
    {
        wanted.Clear();
        for (int rank = first[home]; rank >= 0; rank = next[rank])
            wanted.Add(rank, lacks[rank]);
        wanted.Order();
        while (wanted.Count > 0)
        {
            int expert = order.Largest(home, left), tokens = Math.Min(left[expert], wanted.TopKey);
            plan.Move(expert, wanted.Top, tokens);
            left[expert] -= tokens;
            if (tokens == wanted.TopKey)
                wanted.Pop();
            else
                wanted.ReplaceTop(wanted.TopKey - tokens);
        }
    }
}
