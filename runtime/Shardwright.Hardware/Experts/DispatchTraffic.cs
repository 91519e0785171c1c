namespace Shardwright.Hardware;

/// <summary>Bytes that routing moves: dispatch of token copies to experts, and the same bytes back in combine.</summary>
public static class DispatchTraffic
{
    /// <summary>
    /// Bytes that one rank sends in a dispatch, and receives in a combine: T · h · b · copies · (1 − 1/n). One copy in n stays at home, since destinations are alike.
    /// </summary>
    /// <param name="tokens">Tokens of the rank.</param>
    /// <param name="hidden">Elements of a token's row.</param>
    /// <param name="bytesPerElement">Bytes of an element on the wire.</param>
    /// <param name="copies">Copies of a token: experts per token where every expert gets its own, <see cref="ExpectedDestinations"/> where a destination gets one for all its experts.</param>
    /// <param name="ranks">Ranks (or nodes) that hold the experts together.</param>
    /// <exception cref="OverflowException">The bytes exceed 2^63 − 1.</exception>
    public static long BytesPerRank(long tokens, int hidden, int bytesPerElement, double copies, int ranks) =>
        checked((long)Math.Round(tokens * (double)hidden * bytesPerElement * copies * (1 - 1.0 / ranks)));

    /// <summary>
    /// Expected number of different destinations of a token whose <paramref name="expertsPerToken"/> experts are drawn uniformly without repetition: G · (1 − C(E − E/G, k) / C(E, k)), for experts split evenly over G destinations.
    /// A group-limited router first draws M of its groups, then experts inside these: with E' = M · E/groups experts left and j of a destination's groups drawn, the destination is missed with C(E' − j · E/groups, k) / C(E', k).
    /// Real routers prefer experts together more often than uniform ones, so this is an upper estimate for them.
    /// </summary>
    /// <param name="experts">Experts E of a layer.</param>
    /// <param name="expertsPerToken">Experts k of a token.</param>
    /// <param name="destinations">Ranks or nodes G, each with E/G neighbouring experts.</param>
    /// <param name="routerGroups">Groups of neighbouring experts that the router knows; 1 without.</param>
    /// <param name="groupsPerToken">Groups M that a token may use.</param>
    /// <exception cref="ArgumentException">Sizes that do not divide each other, or more experts a token than it may choose from.</exception>
    public static double ExpectedDestinations(int experts, int expertsPerToken, int destinations, int routerGroups = 1, int groupsPerToken = 1)
    {
        Check(experts, expertsPerToken, destinations, routerGroups, groupsPerToken);
        int perGroup = experts / routerGroups;
        int allowed = groupsPerToken * perGroup;
        if (destinations >= routerGroups)
        {
            // Only destinations inside the drawn groups can be hit.
            double reachable = destinations / (double)routerGroups * groupsPerToken;
            return reachable * (1 - Missed(allowed, experts / destinations, expertsPerToken));
        }
        int groupsOfDestination = routerGroups / destinations;
        double expected = 0;
        for (int drawn = 1; drawn <= Math.Min(groupsOfDestination, groupsPerToken); drawn++)
            expected += Hypergeometric(routerGroups, groupsOfDestination, groupsPerToken, drawn) * (1 - Missed(allowed, drawn * perGroup, expertsPerToken));
        return destinations * expected;
    }

    /// <summary>Rows ÷ copies where a token travels once to each rank that has some of its experts: <see cref="ExpectedDestinations"/> ÷ k. Groups of a router that ranks cut unevenly count as none; where ranks do not divide the experts, 1.</summary>
    /// <param name="experts">Experts of a layer.</param>
    /// <param name="expertsPerToken">Experts k of a token.</param>
    /// <param name="ranks">Ranks that hold the experts together.</param>
    /// <param name="routerGroups">Groups of neighbouring experts that the router knows; 1 without.</param>
    /// <param name="groupsPerToken">Groups that a token may use; 0 for all.</param>
    public static double OnceShare(int experts, int expertsPerToken, int ranks, int routerGroups, int groupsPerToken)
    {
        if (experts % ranks != 0)
            return 1;
        int groups = groupsPerToken == 0 || ranks % routerGroups != 0 && routerGroups % ranks != 0 ? 1 : routerGroups;
        return ExpectedDestinations(experts, expertsPerToken, ranks, groups, groups == 1 ? 1 : groupsPerToken) / expertsPerToken;
    }

    /// <summary>C(all − inside, drawn) / C(all, drawn): the probability that none of the draws lies inside.</summary>
    private static double Missed(int all, int inside, int drawn)
    {
        double probability = 1;
        for (int i = 0; i < drawn; i++)
            probability *= Math.Max(0, all - inside - i) / (double)(all - i);
        return probability;
    }

    /// <summary>Probability that <paramref name="draws"/> of <paramref name="all"/> hit exactly <paramref name="hits"/> of <paramref name="marked"/>.</summary>
    private static double Hypergeometric(int all, int marked, int draws, int hits) =>
        draws - hits > all - marked ? 0 : Choose(marked, hits) * Choose(all - marked, draws - hits) / Choose(all, draws);

    private static double Choose(int n, int k)
    {
        double ways = 1;
        for (int i = 0; i < k; i++)
            ways = ways * (n - i) / (i + 1);
        return ways;
    }

    private static void Check(int experts, int expertsPerToken, int destinations, int routerGroups, int groupsPerToken)
    {
        if (experts < 1 || destinations < 1 || experts % destinations != 0)
            throw new ArgumentException($"{experts} experts do not split evenly over {destinations} destinations.", nameof(destinations));
        if (routerGroups < 1 || experts % routerGroups != 0 || (destinations % routerGroups != 0 && routerGroups % destinations != 0))
            throw new ArgumentException($"{routerGroups} router groups do not fit {experts} experts on {destinations} destinations: one has to divide the other.", nameof(routerGroups));
        if (groupsPerToken < 1 || groupsPerToken > routerGroups)
            throw new ArgumentException($"A token uses {groupsPerToken} of {routerGroups} router groups; need 1 to {routerGroups}.", nameof(groupsPerToken));
        if (expertsPerToken < 1 || expertsPerToken > groupsPerToken * (experts / routerGroups))
            throw new ArgumentException($"A token uses {expertsPerToken} experts and may choose from {groupsPerToken * (experts / routerGroups)}.", nameof(expertsPerToken));
    }
}
