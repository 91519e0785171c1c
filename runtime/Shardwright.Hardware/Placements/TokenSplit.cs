namespace Shardwright.Hardware;

/// <summary>Which source's tokens an instance of an expert gets.</summary>
public enum SplitOrder
{
    /// <summary>Tokens stay on their rank where an instance is there, then inside their node, then in the order of ranks: the least traffic.</summary>
    Locality,

    /// <summary>Instances take contiguous runs of the tokens in the order of ranks, an expert's home the last run: a running sum can be handed from instance to instance and ends at home, whatever the plan.</summary>
    Contiguous,

    /// <summary>Every source spreads its tokens over an expert's instances in proportion to their quotas: pairs of ranks exchange as evenly as homes and sources allow, which is what a torus wants.</summary>
    Proportional,
}

/// <summary>
/// Splits the tokens of every source rank over the instances of their experts as a plan's quotas say. Every rank derives the same split from the same counts, so nothing is sent. A workspace that is filled again and again without allocating.
/// </summary>
public sealed class TokenSplit
{
    private readonly ExpertLayout layout;
    private readonly int node;
    private readonly int[] sources, quotas;

    /// <summary>An empty split.</summary>
    /// <param name="layout">The layout of the plans to come.</param>
    /// <param name="node">Ranks of a node, in contiguous runs; divides the ranks.</param>
    /// <exception cref="ArgumentException">Nodes do not divide the ranks.</exception>
    public TokenSplit(ExpertLayout layout, int node)
    {
        if (node < 1 || layout.Ranks % node != 0)
            throw new ArgumentException($"Nodes of {node} ranks do not divide {layout.Ranks} ranks.", nameof(node));
        (this.layout, this.node) = (layout, node);
        int most = layout.Experts + layout.Ranks * layout.Slots;
        (InstanceRank, First) = (new int[most], new int[layout.Experts + 1]);
        (quotas, sources) = (new int[most], new int[layout.Ranks]);
        Tokens = [.. Enumerable.Range(0, layout.Ranks).Select(_ => new int[most])];
    }

    /// <summary>First instance of each expert; its instances end where the next expert's begin: [experts + 1]. Replicas come by rank, the home last.</summary>
    public int[] First { get; }

    /// <summary>The rank of each instance.</summary>
    public int[] InstanceRank { get; }

    /// <summary>Tokens from a source rank to an instance: [source][instance].</summary>
    public int[][] Tokens { get; }

    /// <summary>Fills the split.</summary>
    /// <param name="counts">Tokens of each source rank for each expert: [ranks][experts].</param>
    /// <param name="plan">A plan for their sums.</param>
    /// <param name="order">Who gets which.</param>
    public void Fill(int[][] counts, PlacementPlan plan, SplitOrder order)
    {
        Instances(plan);
        foreach (int[] row in Tokens)
            Array.Clear(row, 0, row.Length);
        for (int expert = 0; expert < layout.Experts; expert++)
        {
            for (int source = 0; source < layout.Ranks; source++)
                sources[source] = counts[source][expert];
            if (order == SplitOrder.Locality)
            {
                Own(expert);
                for (int start = 0; start < layout.Ranks && First[expert + 1] - First[expert] > 1; start += node)
                    InOrder(expert, start, start + node);
            }
            else if (order == SplitOrder.Proportional && First[expert + 1] - First[expert] > 1)
                Spread(expert);
            InOrder(expert, 0, layout.Ranks);
        }
    }

    /// <summary>Counting sort of instances by expert: slots are visited by rank, so replicas come by rank.</summary>
    private void Instances(PlacementPlan plan)
    {
        Array.Clear(First, 0, First.Length);
        foreach (int expert in plan.SlotExpert)
            if (expert >= 0)
                First[expert + 1]++;
        for (int expert = 0; expert < layout.Experts; expert++)
            First[expert + 1] += First[expert] + 1;
        // While instances are placed, First[e] is where the next one goes; the home goes last and shows where to return to.
        for (int slot = 0; slot < plan.SlotExpert.Length; slot++)
        {
            int expert = plan.SlotExpert[slot];
            if (expert < 0)
                continue;
            (InstanceRank[First[expert]], quotas[First[expert]]) = (slot / layout.Slots, plan.SlotTokens[slot]);
            First[expert]++;
        }
        for (int expert = layout.Experts - 1; expert >= 0; expert--)
        {
            (InstanceRank[First[expert]], quotas[First[expert]]) = (layout.Home(expert), plan.HomeTokens[expert]);
            First[expert + 1] = First[expert] + 1;
        }
        First[0] = 0;
    }

    private void Own(int expert)
    {
        for (int instance = First[expert]; instance < First[expert + 1]; instance++)
            Give(InstanceRank[instance], instance);
    }

    /// <summary>What is left of the sources of some ranks to what is left of the instances on them, both in order.</summary>
    private void InOrder(int expert, int start, int end)
    {
        int source = start;
        for (int instance = First[expert]; instance < First[expert + 1]; instance++)
        {
            if (InstanceRank[instance] < start || InstanceRank[instance] >= end)
                continue;
            while (quotas[instance] > 0 && source < end)
            {
                Give(source, instance);
                if (sources[source] == 0)
                    source++;
            }
        }
    }

    /// <summary>Source by source, each instance its part of what the source has left, of the room that the instances from it on have left; rounded down, but never so far that later instances could not take the rest.</summary>
    private void Spread(int expert)
    {
        int first = First[expert], end = First[expert + 1], room = 0;
        for (int instance = first; instance < end; instance++)
            room += quotas[instance];
        for (int source = 0; source < layout.Ranks; source++)
        {
            int behind = room;
            room -= sources[source];
            for (int instance = first; instance < end && sources[source] > 0; instance++)
            {
                int quota = quotas[instance], part = (int)((long)sources[source] * quota / behind);
                behind -= quota;
                Give(source, instance, Math.Max(part, sources[source] - behind));
            }
        }
    }

    private void Give(int source, int instance) => Give(source, instance, Math.Min(sources[source], quotas[instance]));

    private void Give(int source, int instance, int tokens)
    {
        Tokens[source][instance] += tokens;
        sources[source] -= tokens;
        quotas[instance] -= tokens;
    }
}
