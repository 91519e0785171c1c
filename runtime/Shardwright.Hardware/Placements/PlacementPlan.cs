namespace Shardwright.Hardware;

/// <summary>
/// Who computes how many tokens of which expert in one layer of one micro-batch: the home of each expert and the replicas in ranks' slots. A workspace that planners fill again and again; nothing is allocated after construction.
/// </summary>
public sealed class PlacementPlan
{
    /// <summary>An empty plan: no replica, no token.</summary>
    public PlacementPlan(ExpertLayout layout)
    {
        Layout = layout;
        (SlotExpert, SlotTokens) = (new int[layout.Ranks * layout.Slots], new int[layout.Ranks * layout.Slots]);
        (HomeTokens, RankTokens) = (new int[layout.Experts], new int[layout.Ranks]);
    }

    /// <summary>Homes and room.</summary>
    public ExpertLayout Layout { get; }

    /// <summary>Expert of each slot, −1 for none: [rank · slots + slot]. A rank's slots are used from the first on.</summary>
    public int[] SlotExpert { get; }

    /// <summary>Tokens of the replica in each slot: [rank · slots + slot].</summary>
    public int[] SlotTokens { get; }

    /// <summary>Tokens that stay at home: [expert].</summary>
    public int[] HomeTokens { get; }

    /// <summary>Tokens of each rank, home and slots together: [rank].</summary>
    public int[] RankTokens { get; }

    /// <summary>Replicas.</summary>
    public int Replicas { get; private set; }

    /// <summary>Tokens of the busiest rank.</summary>
    public int Busiest { get; private set; }

    /// <summary>Whether instances are where the tokens are, so that the split has to leave tokens on their ranks.</summary>
    public bool KeepsTokens { get; internal set; }

    /// <summary>Everything at home.</summary>
    /// <param name="load">Tokens of each expert: [experts].</param>
    public void Reset(int[] load)
    {
        for (int slot = 0; slot < SlotExpert.Length; slot++)
            (SlotExpert[slot], SlotTokens[slot]) = (-1, 0);
        Array.Clear(RankTokens, 0, RankTokens.Length);
        for (int expert = 0; expert < HomeTokens.Length; expert++)
        {
            HomeTokens[expert] = load[expert];
            RankTokens[Layout.Home(expert)] += load[expert];
        }
        (Replicas, KeepsTokens) = (0, false);
        Count();
    }

    /// <summary>Gives tokens of an expert to a replica on a rank that has a free slot and does not hold the expert yet.</summary>
    public void Move(int expert, int rank, int tokens)
    {
        int slot = rank * Layout.Slots;
        while (SlotExpert[slot] >= 0)
            slot++;
        (SlotExpert[slot], SlotTokens[slot]) = (expert, tokens);
        HomeTokens[expert] -= tokens;
        RankTokens[Layout.Home(expert)] -= tokens;
        RankTokens[rank] += tokens;
        Replicas++;
    }

    /// <summary>Finds the busiest rank, after the last <see cref="Move"/>.</summary>
    public void Count()
    {
        int most = 0;
        foreach (int tokens in RankTokens)
            most = Math.Max(most, tokens);
        Busiest = most;
    }

    /// <summary>Busiest ÷ mean rank; 1 without tokens.</summary>
    public double Imbalance()
    {
        long total = 0;
        foreach (int tokens in RankTokens)
            total += tokens;
        return total == 0 ? 1 : (double)Busiest * Layout.Ranks / total;
    }

    /// <summary>Why the plan is illegal, in words; null when it is legal: no expert twice on a rank, slots and domains respected, every token computed once.</summary>
    /// <param name="load">The tokens that were planned for: [experts].</param>
    public string? WhyIllegal(int[] load)
    {
        var left = (int[])load.Clone();
        var tokens = new int[Layout.Ranks];
        int replicas = 0;
        for (int rank = 0; rank < Layout.Ranks; rank++)
        {
            for (int slot = rank * Layout.Slots; slot < (rank + 1) * Layout.Slots; slot++)
            {
                int expert = SlotExpert[slot];
                if (expert < 0)
                {
                    if (SlotTokens[slot] != 0)
                        return $"slot {slot} of rank {rank} has no expert but {SlotTokens[slot]} tokens";
                    continue;
                }
                if (Layout.Home(expert) == rank || Array.IndexOf(SlotExpert, expert, rank * Layout.Slots, slot - rank * Layout.Slots) >= 0)
                    return $"rank {rank} holds expert {expert} twice";
                if (Layout.Home(expert) / Layout.Domain != rank / Layout.Domain)
                    return $"expert {expert} has its home on rank {Layout.Home(expert)} and a replica on rank {rank}, in another domain of {Layout.Domain} ranks";
                if (SlotTokens[slot] < 1)
                    return $"the replica of expert {expert} on rank {rank} has {SlotTokens[slot]} tokens";
                (left[expert], tokens[rank], replicas) = (left[expert] - SlotTokens[slot], tokens[rank] + SlotTokens[slot], replicas + 1);
            }
        }
        for (int expert = 0; expert < Layout.Experts; expert++)
        {
            if (HomeTokens[expert] < 0 || HomeTokens[expert] != left[expert])
                return $"expert {expert} has {load[expert]} tokens, of which {load[expert] - left[expert]} are in replicas and {HomeTokens[expert]} at home";
            tokens[Layout.Home(expert)] += HomeTokens[expert];
        }
        for (int rank = 0; rank < Layout.Ranks; rank++)
            if (tokens[rank] != RankTokens[rank])
                return $"rank {rank} has {tokens[rank]} tokens; the plan says {RankTokens[rank]}";
        return replicas == Replicas ? null : $"{replicas} replicas; the plan says {Replicas}";
    }
}
