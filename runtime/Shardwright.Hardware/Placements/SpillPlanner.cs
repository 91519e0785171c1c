namespace Shardwright.Hardware;

/// <summary>
/// Least-loaded spill: the largest experts first, each fills its home up to a limit over the mean, and what is left goes in pieces to the ranks with the fewest tokens. Does nothing where the ranks are even enough. The scheme of least-loaded expert parallelism
/// (arXiv 2601.17111).
/// </summary>
public sealed class SpillPlanner : PlacementPlanner
{
    private readonly ExpertLayout layout;
    private readonly double limit, leastImbalance;
    private readonly int[] experts, keys, tokens, slots;

    /// <summary>A planner for a layout.</summary>
    /// <param name="layout">Homes, slots, domains, least tokens of a piece.</param>
    /// <param name="limit">Tokens that a rank takes, in means.</param>
    /// <param name="leastImbalance">Busiest ÷ mean below which everything stays at home.</param>
    public SpillPlanner(ExpertLayout layout, double limit = 1, double leastImbalance = 1.3)
    {
        (this.layout, this.limit, this.leastImbalance) = (layout, limit, leastImbalance);
        (experts, keys, tokens, slots) = (new int[layout.Experts], new int[layout.Experts], new int[layout.Ranks], new int[layout.Ranks]);
    }

    /// <inheritdoc/>
    public override string Name => "spill";

    /// <inheritdoc/>
    public override void Plan(int[] load, PlacementPlan plan)
    {
        plan.Reset(load);
        int atHome = plan.Busiest;
        if (plan.Imbalance() < leastImbalance)
            return;
        long total = 0;
        for (int expert = 0; expert < layout.Experts; expert++)
        {
            (experts[expert], keys[expert]) = (expert, -load[expert]);
            total += load[expert];
        }
        // Equal keys by number: Array.Sort is not stable, so the number is part of the order.
        SortByKey();
        int cap = (int)Math.Ceiling(limit * total / layout.Ranks);
        Array.Clear(tokens, 0, tokens.Length);
        for (int rank = 0; rank < layout.Ranks; rank++)
            slots[rank] = layout.Slots;
        foreach (int expert in experts)
            Place(expert, load[expert], cap, plan);
        plan.Count();
        // A home that large experts of others filled up cannot take all of its own small ones: then nothing was won.
        if (plan.Busiest >= atHome)
            plan.Reset(load);
    }

    private void Place(int expert, int load, int cap, PlacementPlan plan)
    {
        int home = layout.Home(expert), kept = Math.Min(load, Math.Max(0, cap - tokens[home])), rest = load - kept, start = home / layout.Domain * layout.Domain;
        tokens[home] += kept;
        var taken = 0;
        while (rest > 0)
        {
            int rank = Emptiest(start, home, expert, plan);
            int piece = rank < 0 ? 0 : Math.Min(rest, Math.Max(layout.LeastTokens, cap - tokens[rank]));
            if (piece < layout.LeastTokens || rank >= 0 && tokens[rank] >= tokens[home] || taken++ >= layout.Domain)
                break;
            plan.Move(expert, rank, piece);
            slots[rank]--;
            (tokens[rank], rest) = (tokens[rank] + piece, rest - piece);
        }
        tokens[home] += rest;
    }

    private int Emptiest(int start, int home, int expert, PlacementPlan plan)
    {
        int best = -1;
        for (int rank = start; rank < start + layout.Domain; rank++)
            if (rank != home && slots[rank] > 0 && (best < 0 || tokens[rank] < tokens[best]) && !Holds(plan, rank, expert))
                best = rank;
        return best;
    }

    private bool Holds(PlacementPlan plan, int rank, int expert)
    {
        for (int slot = rank * layout.Slots; slot < (rank + 1) * layout.Slots; slot++)
            if (plan.SlotExpert[slot] == expert)
                return true;
        return false;
    }

    private void SortByKey()
    {
        Array.Sort(keys, experts);
        for (int start = 0; start < experts.Length;)
        {
            int end = start + 1;
            while (end < experts.Length && keys[end] == keys[start])
                end++;
            Array.Sort(experts, start, end - start);
            start = end;
        }
    }
}
