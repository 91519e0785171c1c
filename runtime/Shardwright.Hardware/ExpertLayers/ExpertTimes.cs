namespace Shardwright.Hardware;

/// <summary>
/// Engine times of the statements that run on experts' rows, for every rank under a plan: for all of its experts, its replicas, and those at home. Several statements have a product of the same sizes; its cycles are counted once an expert.
/// </summary>
internal sealed class ExpertTimes
{
    private const int Sides = 3;

    private readonly RankRates rates;
    private readonly ExpertLayout layout;
    private readonly OpWork[] works;
    private readonly MatrixWork[] products;

    // The product of each work among the different ones; −1 without.
    private readonly int[] productOf;

    // [(work · 3 + side) · ranks + rank]
    private readonly EngineTimes[] times;

    // [product]: replicas, homes.
    private readonly OpTime.ProductTotals[] atReplicas, atHome;

    public ExpertTimes(RankRates rates, ExpertLayout layout, IEnumerable<TimedOp> ops)
    {
        (this.rates, this.layout) = (rates, layout);
        works = [.. ops.Select(op => op.Work).Where(work => work.IsRouted).Aggregate(new List<OpWork>(), (list, work) => { if (list.FindIndex(other => IsSame(other, work)) < 0) list.Add(work); return list; })];
        products = [.. works.SelectMany(work => work.Products).Distinct()];
        productOf = [.. works.Select(work => work.Products.Count == 0 ? -1 : Array.IndexOf(products, work.Products[0]))];
        times = new EngineTimes[works.Length * Sides * layout.Ranks];
        (atReplicas, atHome) = (new OpTime.ProductTotals[products.Length], new OpTime.ProductTotals[products.Length]);
    }

    /// <summary>The number of an op's work; −1 for one that does not depend on routing.</summary>
    public int Find(TimedOp op) => Array.FindIndex(works, work => IsSame(work, op.Work));

    /// <summary>Times of a work on a rank.</summary>
    public ref readonly EngineTimes Of(int work, LayerPart part, int rank) => ref times[(work * Sides + Side(part)) * layout.Ranks + rank];

    /// <summary>Takes the rows of a plan.</summary>
    public void Fill(PlacementPlan plan)
    {
        for (int rank = 0; rank < layout.Ranks; rank++)
        {
            Array.Clear(atReplicas, 0, atReplicas.Length);
            Array.Clear(atHome, 0, atHome.Length);
            long homeRows = 0, replicaRows = 0;
            int used = 0;
            for (int expert = rank * layout.PerRank; expert < (rank + 1) * layout.PerRank; expert++)
                homeRows += Add(atHome, plan.HomeTokens[expert]);
            for (int slot = rank * layout.Slots; slot < (rank + 1) * layout.Slots && plan.SlotExpert[slot] >= 0; slot++, used++)
                replicaRows += Add(atReplicas, plan.SlotTokens[slot]);
            for (int work = 0; work < works.Length; work++)
            {
                Set(work, LayerPart.Experts, rank, All(productOf[work]), homeRows + replicaRows, layout.PerRank + used);
                Set(work, LayerPart.Replicas, rank, One(atReplicas, productOf[work]), replicaRows, used);
                Set(work, LayerPart.Homes, rank, One(atHome, productOf[work]), homeRows, layout.PerRank);
            }
        }
    }

    private int Add(OpTime.ProductTotals[] totals, int rows)
    {
        for (int product = 0; product < products.Length; product++)
            totals[product] = totals[product].With(rates, products[product].With(rows));
        return rows;
    }

    private void Set(int work, LayerPart part, int rank, in OpTime.ProductTotals product, long rows, int experts) =>
        times[(work * Sides + Side(part)) * layout.Ranks + rank] = OpTime.WithProduct(rates, works[work], product, rows, experts);

    private static OpTime.ProductTotals One(OpTime.ProductTotals[] totals, int product) => product < 0 ? default : totals[product];

    private OpTime.ProductTotals All(int product)
    {
        if (product < 0)
            return default;
        OpTime.ProductTotals home = atHome[product], replicas = atReplicas[product];
        return new(home.Load + replicas.Load, 0, checked(home.Flops + replicas.Flops), checked(home.ExtraBytes + replicas.ExtraBytes));
    }

    private static int Side(LayerPart part) => part == LayerPart.Experts ? 0 : part == LayerPart.Replicas ? 1 : 2;

    private static bool IsSame(OpWork a, OpWork b) => a.Products.SequenceEqual(b.Products) && a with { Products = b.Products } == b;
}
