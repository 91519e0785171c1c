namespace Shardwright.Hardware;

/// <summary>
/// Quota search: homes stay, hot experts get replicas in spare slots, tokens are split by quota. Searches the smallest limit on a rank's tokens for which a greedy pass finds room for everything above it: the busiest rank first, its largest expert to the
/// rank with the most room. The scheme is that of UltraEP (arXiv 2606.04101), with heaps in place of scans, a finer search, and a second pass where slots are short: there a rank may give away more than it must, which fills a slot to the brim, and take tokens in turn.
/// </summary>
public sealed class QuotaPlanner : PlacementPlanner
{
    private readonly ExpertLayout layout;
    private readonly HomeOrder order;
    private readonly RankHeap[] busy, room;
    private readonly int[] slots, left, expert, target, tokens;
    private readonly double precision, closeEnough;
    private int moves;

    /// <summary>A planner for a layout.</summary>
    /// <param name="layout">Homes, slots, domains, least tokens.</param>
    /// <param name="precision">The search ends when the limit is known to this share of the mean rank.</param>
    /// <param name="closeEnough">The second pass is tried when the first ends further above the mean rank than this share of it.</param>
    public QuotaPlanner(ExpertLayout layout, double precision = 0.001, double closeEnough = 0.01)
    {
        (this.layout, this.precision, this.closeEnough, order) = (layout, precision, closeEnough, new(layout));
        busy = [.. Enumerable.Range(0, layout.Ranks / layout.Domain).Select(_ => new RankHeap(layout.Domain))];
        room = [.. busy.Select(_ => new RankHeap(layout.Domain))];
        int most = layout.Ranks * layout.Slots;
        (slots, left, expert, target, tokens) = (new int[layout.Ranks], new int[layout.Experts], new int[most], new int[most], new int[most]);
    }

    /// <inheritdoc/>
    public override string Name => "quota";

    /// <inheritdoc/>
    public override void Plan(int[] load, PlacementPlan plan)
    {
        plan.Reset(load);
        order.Sum(load);
        int mean = order.Mean, found = plan.Busiest;
        if (layout.Slots == 0 || mean >= found)
            return;
        bool gives = false;
        found = Search(load, mean, found, givesMore: false);
        if (found > mean * (1 + closeEnough) && Search(load, mean, found, givesMore: true) is var second && second < found)
            (found, gives) = (second, true);
        if (found == plan.Busiest || !IsReached(load, found, gives))
            return;
        for (int move = 0; move < moves; move++)
            plan.Move(expert[move], target[move], tokens[move]);
        plan.Count();
    }

    /// <summary>The smallest limit between the mean, which may be out of reach, and one that is known to be reached.</summary>
    private int Search(int[] load, int low, int reached, bool givesMore)
    {
        if (IsReached(load, low, givesMore))
            return low;
        int step = Math.Max(1, (int)(low * precision));
        while (reached - low > step)
        {
            int middle = low + (reached - low) / 2;
            if (IsReached(load, middle, givesMore))
                reached = middle;
            else
                low = middle;
        }
        return reached;
    }

    private bool IsReached(int[] load, int limit, bool givesMore)
    {
        moves = 0;
        // A home keeps a token of each of its experts.
        for (int e = 0; e < left.Length; e++)
            left[e] = load[e] - 1;
        for (int domain = 0; domain < room.Length; domain++)
        {
            busy[domain].Clear();
            room[domain].Clear();
            long balance = 0;
            for (int rank = domain * layout.Domain; rank < (domain + 1) * layout.Domain; rank++)
            {
                int slack = limit - order.Load[rank];
                balance += slack;
                slots[rank] = layout.Slots;
                if (slack > 0)
                    room[domain].Add(rank, slack);
                else if (slack < 0)
                    busy[domain].Add(rank, -slack);
            }
            if (balance < 0)
                return false;
            busy[domain].Order();
            room[domain].Order();
        }
        for (int domain = 0; domain < room.Length; domain++)
            while (busy[domain].Count > 0)
                if (!Give(busy[domain], room[domain], givesMore))
                    return false;
        return true;
    }

    /// <summary>The busiest rank gives tokens of its largest expert to the roomiest.</summary>
    private bool Give(RankHeap busy, RankHeap room, bool givesMore)
    {
        if (room.Count == 0)
            return false;
        int from = busy.Top, need = busy.TopKey, to = room.Top, e = order.Largest(from, left);
        // A replica of fewer tokens than it is worth takes more than is needed, where there are more.
        int quota = Math.Min(Math.Min(left[e], room.TopKey), givesMore ? int.MaxValue : Math.Max(need, layout.LeastTokens));
        if (quota < layout.LeastTokens)
            return false;
        (expert[moves], target[moves], tokens[moves]) = (e, to, quota);
        moves++;
        left[e] -= quota;
        // Either the target is full now, or nothing is left of the expert, or of the need: so no expert comes to a rank twice.
        if (--slots[to] == 0 || room.TopKey == quota)
            room.Pop();
        else
            room.ReplaceTop(room.TopKey - quota);
        if (need > quota)
            busy.ReplaceTop(need - quota);
        else
        {
            busy.Pop();
            if (quota > need && givesMore && slots[from] > 0)
                room.Push(from, quota - need);
        }
        return true;
    }
}
