namespace Shardwright.Hardware;

/// <summary>Ranks by the tokens of their own experts, and each rank's experts by their tokens, largest first and lower number first where equal. Sorted in place, as far as a planner asks for it.</summary>
internal sealed class HomeOrder(ExpertLayout layout)
{
    /// <summary>Tokens of each rank's own experts: [ranks].</summary>
    public int[] Load { get; } = new int[layout.Ranks];

    /// <summary>Ranks, busiest first.</summary>
    public int[] Ranks { get; } = new int[layout.Ranks];

    /// <summary>Experts, those of a rank together, largest first: [rank · experts a rank + i].</summary>
    public int[] Experts { get; } = new int[layout.Experts];

    /// <summary>Tokens of all experts.</summary>
    public long Total { get; private set; }

    /// <summary>Takes in the tokens of each expert: [experts]. Comes first.</summary>
    public void Sum(int[] load)
    {
        Total = 0;
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            int sum = 0;
            for (int expert = rank * layout.PerRank; expert < (rank + 1) * layout.PerRank; expert++)
                sum += load[expert];
            Load[rank] = sum;
            Total += sum;
        }
    }

    /// <summary>Fills <see cref="Ranks"/>.</summary>
    public void SortRanks()
    {
        for (int rank = 0; rank < layout.Ranks; rank++)
            Ranks[rank] = rank;
        Heapsort(Ranks, Load);
    }

    /// <summary>Fills <see cref="Experts"/>.</summary>
    public void SortExperts(int[] load)
    {
        for (int expert = 0; expert < layout.Experts; expert++)
            Insert(Experts, expert / layout.PerRank * layout.PerRank, expert % layout.PerRank, expert, load);
    }

    /// <summary>The mean rank, rounded up: no plan can have a busiest rank below it.</summary>
    public int Mean => (int)((Total + layout.Ranks - 1) / layout.Ranks);

    /// <summary>The rank's expert with most of <paramref name="tokens"/> [experts], the lower number where equal. Tokens and number are one number here, so that a maximum takes no branch.</summary>
    public int Largest(int rank, int[] tokens)
    {
        long best = long.MinValue;
        for (int expert = rank * layout.PerRank; expert < (rank + 1) * layout.PerRank; expert++)
            best = Math.Max(best, (long)tokens[expert] << 32 | (uint)~expert);
        return ~(int)best;
    }

    // A rank has few experts: insertion beats everything else.
    private static void Insert(int[] items, int start, int count, int item, int[] keys)
    {
        int i = start + count;
        while (i > start && keys[items[i - 1]] < keys[item])
        {
            items[i] = items[i - 1];
            i--;
        }
        items[i] = item;
    }

    /// <summary>Largest key first. Equal keys by lower item: the order must not depend on how the sort goes about it.</summary>
    private static void Heapsort(int[] items, int[] keys)
    {
        for (int i = items.Length / 2 - 1; i >= 0; i--)
            Down(items, keys, i, items.Length);
        for (int end = items.Length - 1; end > 0; end--)
        {
            (items[0], items[end]) = (items[end], items[0]);
            Down(items, keys, 0, end);
        }
    }

    // A heap with the last of the order on top.
    private static void Down(int[] items, int[] keys, int i, int count)
    {
        int item = items[i];
        while (2 * i + 1 < count)
        {
            int child = 2 * i + 1;
            if (child + 1 < count && IsLater(items[child + 1], items[child], keys))
                child++;
            if (!IsLater(items[child], item, keys))
                break;
            items[i] = items[child];
            i = child;
        }
        items[i] = item;
    }

    private static bool IsLater(int a, int b, int[] keys) => keys[a] < keys[b] || keys[a] == keys[b] && a > b;
}
