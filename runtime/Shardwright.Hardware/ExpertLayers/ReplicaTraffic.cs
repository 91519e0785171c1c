namespace Shardwright.Hardware;

/// <summary>
/// Weights from homes to replicas, and gradients the other way. Either every replica is served by its home, or an expert's replicas form a chain that ends at home, each handing on what it got chunk by chunk: then a home with many replicas of an expert sends
/// its weights once, and receives one sum of gradients, in the order of ranks. Whichever takes less time.
/// </summary>
internal sealed class ReplicaTraffic
{
    /// <summary>Bytes of a chunk that is handed on. Assumed: far above what full speed of a link takes.</summary>
    private const long ChunkBytes = 4 << 20;

    private readonly ExpertLayout layout;
    private readonly ExpertLayerShape shape;
    private readonly PairExchange exchange;
    private readonly int[] next, length;

    public ReplicaTraffic(Machine machine, GroupShape peers, ExpertLayout layout, ExpertLayerShape shape)
    {
        (this.layout, this.shape) = (layout, shape);
        // A home sends to many and few send to it: inner links first spreads it over an instance's outer ones.
        exchange = new(machine, peers, outerFirst: false);
        (next, length) = (new int[layout.Experts], new int[layout.Experts]);
    }

    /// <summary>Weights of all matrices, once.</summary>
    public CollectiveCost Weights { get; private set; }

    /// <summary>Gradients of one matrix, over the same links in the other direction. The additions run at the links' speed, as in every reduction.</summary>
    public CollectiveCost Gradients { get; private set; }

    public void Fill(PlacementPlan plan)
    {
        Weights = Faster(plan, shape.ReplicaWeightBytes);
        Gradients = Faster(plan, shape.ReplicaGradientBytes / ExpertLayerProgram.Matrices);
    }

    private CollectiveCost Faster(PlacementPlan plan, long bytes)
    {
        var direct = Direct(plan, bytes);
        var chained = Chained(plan, bytes);
        return chained.Picoseconds < direct.Picoseconds ? chained : direct;
    }

    private CollectiveCost Direct(PlacementPlan plan, long bytes)
    {
        exchange.Clear();
        for (int slot = 0; slot < plan.SlotExpert.Length; slot++)
            if (plan.SlotExpert[slot] >= 0)
                exchange.Add(layout.Home(plan.SlotExpert[slot]), slot / layout.Slots, bytes);
        return exchange.Cost();
    }

    /// <summary>Homes serve the last replica in the order of ranks, that one the one before it. A chain of n steps and c chunks takes (c + n − 1) ÷ c of its links' time, and the latency of each step.</summary>
    private CollectiveCost Chained(PlacementPlan plan, long bytes)
    {
        exchange.Clear();
        for (int expert = 0; expert < next.Length; expert++)
            (next[expert], length[expert]) = (layout.Home(expert), 0);
        int longest = 1;
        for (int slot = plan.SlotExpert.Length - 1; slot >= 0; slot--)
        {
            int expert = plan.SlotExpert[slot];
            if (expert < 0)
                continue;
            exchange.Add(next[expert], slot / layout.Slots, bytes);
            next[expert] = slot / layout.Slots;
            longest = Math.Max(longest, ++length[expert]);
        }
        var cost = exchange.Cost();
        long chunks = (bytes + ChunkBytes - 1) / ChunkBytes, transfer = cost.Picoseconds - cost.Latency;
        return cost with { Picoseconds = checked(longest * cost.Latency + (transfer * (chunks + longest - 1) + chunks - 1) / chunks), Latency = longest * cost.Latency };
    }
}
