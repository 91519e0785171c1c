namespace Shardwright.Hardware;

/// <summary>What never moves: which rank is an expert's home, and what room there is for replicas.</summary>
public sealed record ExpertLayout
{
    /// <summary>Experts on ranks, in contiguous runs of equal length: expert e at home on rank e ÷ (experts ÷ ranks).</summary>
    /// <param name="experts">Experts of a layer.</param>
    /// <param name="ranks">Ranks of the expert group; divides <paramref name="experts"/>.</param>
    /// <param name="slots">Replicas that a rank can hold besides its own experts.</param>
    /// <param name="domain">Ranks of a domain, in contiguous runs: a replica stays in the domain of its home. 0: one domain.</param>
    /// <param name="leastTokens">Fewest tokens for which a replica is worth its weights' traffic: q* of the break-even rule; at least 1.</param>
    /// <exception cref="ArgumentException">Sizes that do not divide each other or are out of range.</exception>
    public ExpertLayout(int experts, int ranks, int slots, int domain = 0, int leastTokens = 1)
    {
        if (ranks < 1 || experts < 1 || experts % ranks != 0)
            throw new ArgumentException($"{experts} experts do not split evenly over {ranks} ranks.", nameof(experts));
        if (slots < 0)
            throw new ArgumentException($"A rank has {slots} slots for replicas; need 0 or more.", nameof(slots));
        if (domain < 0 || domain > 0 && ranks % domain != 0)
            throw new ArgumentException($"Domains of {domain} ranks do not divide {ranks} ranks.", nameof(domain));
        if (leastTokens < 1)
            throw new ArgumentException($"A replica takes at least {leastTokens} tokens; need at least 1.", nameof(leastTokens));
        (Experts, Ranks, Slots, Domain, LeastTokens) = (experts, ranks, slots, domain == 0 ? ranks : domain, leastTokens);
        PerRank = experts / ranks;
    }

    /// <summary>Experts of a layer.</summary>
    public int Experts { get; }

    /// <summary>Ranks of the expert group.</summary>
    public int Ranks { get; }

    /// <summary>Replicas that a rank can hold besides its own experts.</summary>
    public int Slots { get; }

    /// <summary>Ranks of a domain.</summary>
    public int Domain { get; }

    /// <summary>Fewest tokens of a replica.</summary>
    public int LeastTokens { get; }

    /// <summary>Experts at home on a rank.</summary>
    public int PerRank { get; }

    /// <summary>The rank that an expert is at home on.</summary>
    public int Home(int expert) => expert / PerRank;
}
