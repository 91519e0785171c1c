namespace Shardwright.Hardware;

/// <summary>Engine times of the statements that run on experts' rows, for every rank under a plan. Several statements have a product of the same sizes; its cycles are counted once an expert.</summary>
internal sealed class ExpertTimes
{
    private readonly RankRates rates;
    private readonly ExpertLayout layout;
    private readonly OpWork[] works;
    private readonly MatrixWork[] products;

    // The product of each work among the different ones; −1 without.
    private readonly int[] productOf;

    // [work · ranks + rank]
    private readonly EngineTimes[] times;

    // [product]
    private readonly OpTime.ProductTotals[] totals;

    public ExpertTimes(RankRates rates, ExpertLayout layout, IEnumerable<TimedOp> ops)
    {
        (this.rates, this.layout) = (rates, layout);
        works = [.. ops.Select(op => op.Work).Where(work => work.IsRouted).Aggregate(new List<OpWork>(), (list, work) => { if (list.FindIndex(other => IsSame(other, work)) < 0) list.Add(work); return list; })];
        products = [.. works.SelectMany(work => work.Products).Distinct()];
        productOf = [.. works.Select(work => work.Products.Count == 0 ? -1 : Array.IndexOf(products, work.Products[0]))];
        times = new EngineTimes[works.Length * layout.Ranks];
        totals = new OpTime.ProductTotals[products.Length];
    }

    /// <summary>The number of an op's work; −1 for one that does not depend on routing.</summary>
    public int Find(TimedOp op) => Array.FindIndex(works, work => IsSame(work, op.Work));

    /// <summary>Times of a work on a rank.</summary>
    public ref readonly EngineTimes Of(int work, int rank) => ref times[work * layout.Ranks + rank];

    /// <summary>Takes the rows of a plan.</summary>
    public void Fill(PlacementPlan plan)
    {
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            Array.Clear(totals, 0, totals.Length);
            long rows = 0;
            int experts = layout.PerRank;
            for (int expert = rank * layout.PerRank; expert < (rank + 1) * layout.PerRank; expert++)
                rows += Add(plan.HomeTokens[expert]);
            for (int slot = rank * layout.Slots; slot < (rank + 1) * layout.Slots && plan.SlotExpert[slot] >= 0; slot++, experts++)
                rows += Add(plan.SlotTokens[slot]);
            for (int work = 0; work < works.Length; work++)
                times[work * layout.Ranks + rank] = OpTime.WithProduct(rates, works[work], productOf[work] < 0 ? default : totals[productOf[work]], rows, experts);
        }
    }

    private int Add(int rows)
    {
        for (int product = 0; product < products.Length; product++)
            totals[product] = totals[product].With(rates, products[product].With(rows));
        return rows;
    }

    private static bool IsSame(OpWork a, OpWork b) => a.Products.SequenceEqual(b.Products) && a with { Products = b.Products } == b;
}
