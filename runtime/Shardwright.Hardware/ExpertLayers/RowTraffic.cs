namespace Shardwright.Hardware;

/// <summary>Rows between the ranks of an expert group under a plan: the split of tokens over instances, summed by pair of ranks.</summary>
internal sealed class RowTraffic
{
    private readonly ExpertLayout layout;
    private readonly ExpertLayerShape shape;
    private readonly SplitOrder order;
    private readonly PairExchange exchange;
    private readonly int[] pairs, received;
    private long sent;

    public RowTraffic(Machine machine, GroupShape peers, ExpertLayout layout, ExpertLayerShape shape, SplitOrder order)
    {
        (this.layout, this.shape, this.order) = (layout, shape, order);
        exchange = new(machine, peers, outerFirst: true);
        // What shares links that are scarcer than those inside: the ranks of a chip, or of an instance where each lies on a chip of its own.
        int chip = Places.InsideChips(machine, peers), node = chip > 1 ? chip : Places.InsideInstances(machine, peers);
        Split = new(layout, peers.IsRegular && layout.Ranks % node == 0 ? node : 1);
        (pairs, received) = (new int[layout.Ranks * layout.Ranks], new int[layout.Ranks]);
    }

    public TokenSplit Split { get; }

    public void Fill(int[][] counts, PlacementPlan plan)
    {
        Split.Fill(counts, plan, plan.KeepsTokens && order != SplitOrder.Contiguous ? SplitOrder.Locality : order);
        int ranks = layout.Ranks, instances = Split.First[layout.Experts];
        Array.Clear(pairs, 0, pairs.Length);
        for (int source = 0; source < ranks; source++)
        {
            int[] tokens = Split.Tokens[source];
            for (int instance = 0; instance < instances; instance++)
                pairs[source * ranks + Split.InstanceRank[instance]] += tokens[instance];
        }
    }

    /// <summary>One exchange; the way back costs the same.</summary>
    public CollectiveCost Cost()
    {
        exchange.Clear();
        for (int pair = 0; pair < pairs.Length; pair++)
            if (pairs[pair] > 0)
                exchange.Add(pair / layout.Ranks, pair % layout.Ranks, (long)pairs[pair] * shape.RowBytes);
        return exchange.Cost();
    }

    /// <summary>Busiest rank and pair.</summary>
    public ExchangeLoad Load()
    {
        int largest = 0;
        sent = 0;
        Array.Clear(received, 0, received.Length);
        for (int source = 0; source < layout.Ranks; source++)
        {
            long own = 0;
            for (int target = 0; target < layout.Ranks; target++)
            {
                int rows = pairs[source * layout.Ranks + target];
                (own, largest) = (own + rows, Math.Max(largest, rows));
                received[target] += rows;
            }
            sent = Math.Max(sent, own);
        }
        int most = 0;
        foreach (int rows in received)
            most = Math.Max(most, rows);
        return new(sent, most, largest);
    }
}
