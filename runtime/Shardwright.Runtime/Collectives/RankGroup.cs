namespace Shardwright.Execution;

/// <summary>A group of ranks and the place where they meet: a reusable barrier that wakes everybody when the cluster fails.</summary>
internal sealed class RankGroup(EmulatedCluster cluster, string name, int[] ranks) : Meeting(ranks.Length)
{
    private int arrived;
    private int generation;

    public string Name => name;

    /// <summary>World ranks in the order of their index.</summary>
    public int[] Ranks => ranks;

    public Offer[] Offers { get; } = [.. ranks.Select(_ => new Offer())];

    public int Generation => Volatile.Read(ref generation);

    public override bool IsOver(int generation) => Generation != generation || cluster.HasFailed;

    /// <summary>Returns when every rank of the group has called it as often as this one.</summary>
    public void Meet(RankState rank)
    {
        cluster.ThrowIfFailed(rank);
        int mine = Generation;
        if (Interlocked.Increment(ref arrived) == Ranks.Length)
        {
            arrived = 0;
            Interlocked.Increment(ref generation);
            if (HasSleepers)
                cluster.Cores.Resume(this);
            return;
        }
        rank.Wait(this, mine);
        cluster.Cores.Await(this, mine, rank.Seat);
        rank.Resume();
        if (Generation == mine)
            cluster.ThrowIfFailed(rank);
    }

    /// <summary>After a meeting: throws on every rank of the group when their calls differ.</summary>
    public void RequireSameCall()
    {
        for (int index = 1; index < Offers.Length; index++)
        {
            if (Offers[index].Matches(Offers[0]))
                continue;
            // The odd one out is the culprit: with three ranks or more, the first may be it.
            int culprit = index == 1 && Offers.Length > 2 && Offers[2].Matches(Offers[1]) ? 0 : index;
            int other = culprit == 0 ? 1 : 0;
            var failure = new ClusterException($"Rank {Ranks[culprit]} called {Offers[culprit]} where rank {Ranks[other]} of group {Name} called {Offers[other]}. "
                + "Every rank of a group must call the same collectives, with the same sizes, in the same order.", Ranks[culprit], Offers[culprit].Operation);
            cluster.Fail(failure);
            throw failure;
        }
    }
}
