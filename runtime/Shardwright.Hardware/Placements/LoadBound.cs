namespace Shardwright.Hardware;

/// <summary>What no planner can beat: a lower bound of the busiest rank for an instance, from its homes and slots.</summary>
public static class LoadBound
{
    /// <summary>
    /// The smallest limit τ that three necessary conditions allow: the mean; each domain has room for what its homes have above τ; and its ranks have slots for the replicas that this takes at least, where a rank with excess x needs as many replicas
    /// as its largest experts take to sum to x. Least tokens are not counted, so the bound holds for any.
    /// </summary>
    /// <param name="layout">Homes, slots, domains.</param>
    /// <param name="load">Tokens of each expert: [experts].</param>
    public static int Busiest(ExpertLayout layout, int[] load)
    {
        var order = new HomeOrder(layout);
        order.Sum(load);
        order.SortExperts(load);
        int low = order.Mean, high = order.Load.Max();
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            if (IsConceivable(layout, order, load, middle))
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private static bool IsConceivable(ExpertLayout layout, HomeOrder order, int[] load, int limit)
    {
        for (int start = 0; start < layout.Ranks; start += layout.Domain)
        {
            long excess = 0, room = 0, needed = 0, slots = 0;
            for (int rank = start; rank < start + layout.Domain; rank++)
            {
                int over = order.Load[rank] - limit;
                // A rank above the limit may take replicas too, when it gives away more than it must.
                slots += layout.Slots;
                if (over <= 0)
                    room -= over;
                for (int i = rank * layout.PerRank; over > 0; i++)
                {
                    int movable = i == (rank + 1) * layout.PerRank ? 0 : load[order.Experts[i]];
                    if (movable <= 0)
                        return false;
                    (excess, needed) = (excess + Math.Min(over, movable), needed + 1);
                    over -= movable;
                }
            }
            if (excess > room || needed > slots)
                return false;
        }
        return true;
    }
}
