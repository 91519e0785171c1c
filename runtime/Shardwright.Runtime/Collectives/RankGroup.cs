namespace Shardwright.Execution;

/// <summary>A group of ranks and the place where they meet: a reusable barrier whose last rank moves the data, and which wakes everybody when the cluster fails.</summary>
internal sealed class RankGroup(EmulatedCluster cluster, string name, int[] ranks) : Meeting(ranks.Length)
{
    private int arrived;
    private int generation;
    private int transferring;

    public string Name => name;

    /// <summary>World ranks in the order of their index.</summary>
    public int[] Ranks => ranks;

    public Offer[] Offers { get; } = [.. ranks.Select(_ => new Offer())];

    public int Generation => Volatile.Read(ref generation);

    /// <summary>After a failure a rank may leave, and its buffers end with its frame, but not while the last to arrive still moves data between them.</summary>
    public override bool IsOver(int generation) => Generation != generation || (cluster.HasFailed && Volatile.Read(ref transferring) == 0);

    /// <summary>Returns when every rank of the group has called it as often as this one and what they offered has been moved.</summary>
    public void Meet(RankState rank)
    {
        cluster.ThrowIfFailed(rank);
        int mine = Generation;
        if (Interlocked.Increment(ref arrived) == Ranks.Length)
        {
            Complete(rank);
            return;
        }
        rank.Wait(this, mine);
        cluster.Cores.Await(this, mine, rank.Seat);
        rank.Resume();
        if (Generation == mine)
            cluster.ThrowIfFailed(rank);
    }

    private void Complete(RankState rank)
    {
        // First the mark, then the look at the failure; a rank that leaves after a failure looks in the reverse order, so one of the two sees the other.
        Interlocked.Exchange(ref transferring, 1);
        try
        {
            cluster.ThrowIfFailed(rank);
            for (int part = 0; part < Offers[0].Parts; part++)
            {
                RequireSameCall(part);
                RequireSameSegments(part);
            }
            for (int part = 0; part < Offers[0].Parts; part++)
                Transfer.Run(Offers, part);
            arrived = 0;
            Interlocked.Increment(ref generation);
        }
        finally
        {
            Interlocked.Exchange(ref transferring, 0);
            if (HasSleepers)
                cluster.Cores.Resume(this);
        }
    }

    private void RequireSameCall(int part)
    {
        for (int index = 1; index < Offers.Length; index++)
        {
            if (Matches(index, 0, part))
                continue;
            // The odd one out is the culprit: with three ranks or more, the first may be it.
            int culprit = index == 1 && Offers.Length > 2 && Matches(2, 1, part) ? 0 : index;
            int other = culprit == 0 ? 1 : 0;
            Fail(new($"Rank {Ranks[culprit]} called {Describe(culprit, part)} where rank {Ranks[other]} of group {Name} called {Describe(other, part)}. "
                + "Every rank of a group must call the same collectives, with the same sizes, in the same order.", Ranks[culprit], Offers[culprit].Operation));
        }
    }

    private bool Matches(int index, int other, int part) => Offers[index].Parts == Offers[other].Parts && Offers[index].Part(part).Matches(Offers[other].Part(part));

    private string Describe(int index, int part) => Offers[index].Part(part) + (Offers[index].Parts == 1 ? "" : $" (part {part + 1} of {Offers[index].Parts})");

    private unsafe void RequireSameSegments(int part)
    {
        if (Offers[0].Kind != Collective.AllToAll)
            return;
        int segments = Offers[0].Part(part).Count;
        for (int to = 0; to < Offers.Length; to++)
            for (int from = 0; from < Offers.Length; from++)
            {
                Offer sender = Offers[from].Part(part), receiver = Offers[to].Part(part);
                for (int segment = 0; segment < segments; segment++)
                {
                    int sent = sender.SendCounts[to * segments + segment], expected = receiver.ReceiveCounts[from * segments + segment];
                    if (sent != expected)
                        Fail(new($"AllToAll '{receiver.Operation}': rank {Ranks[from]} sends {sent} elements in segment {segment} "
                            + $"to rank {Ranks[to]}, which expects {expected}. Both sides must compute the counts from the same routing.", Ranks[to], receiver.Operation));
                }
            }
    }

    private void Fail(ClusterException failure)
    {
        cluster.Fail(failure);
        throw failure;
    }
}
