using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>All-to-alls that ranks meet once for.</summary>
public sealed class TravellingTogetherTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(8)]
    public void MoreExchanges_MoveWhatEachMovesAlone(int size)
    {
        float[][] alone = Run(size, together: false, out long sentAlone), together = Run(size, together: true, out long sentTogether);

        Assert.Equal(alone, together);
        Assert.Equal(sentAlone, sentTogether);
        // The first block of every peer, the second once more on top of the ones that were there.
        Assert.Equal(Enumerable.Range(0, size).Select(peer => peer * 100f), together[0][..size]);
        Assert.Equal(Enumerable.Range(0, size).Select(peer => peer * 100f + 51), together[0][size..]);
    }

    [Fact]
    public void AnotherCollective_WhileExchangesWait_Says()
    {
        using var cluster = new EmulatedCluster(2);
        var (caller, _) = Ranks.RunFailing(cluster, rank =>
        {
            int[] none = new int[2];
            cluster.World(rank).AllToAll([], none, none, [], none, none, "first", more: true);
            cluster.World(rank).AllReduce(new float[1], "sum");
        });
        Assert.Contains("1 all-to-alls of this rank wait for a last one to travel with", caller.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void DifferentNumbersOfExchanges_NameTheOddRank()
    {
        using var cluster = new EmulatedCluster(3);
        var (caller, _) = Ranks.RunFailing(cluster, rank =>
        {
            int[] none = GC.AllocateArray<int>(3, pinned: true);
            if (rank != 1)
                cluster.World(rank).AllToAll([], none, none, [], none, none, "first", more: true);
            cluster.World(rank).AllToAll([], none, none, [], none, none, "last");
        });
        Assert.Contains("Rank 1 called AllToAll 'last'", caller.Message, StringComparison.Ordinal);
        Assert.Contains("(part 1 of 2)", caller.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DifferentCounts_InTheSecondExchange_AreFound()
    {
        using var cluster = new EmulatedCluster(2);
        var (caller, _) = Ranks.RunFailing(cluster, rank =>
        {
            int[] none = GC.AllocateArray<int>(2, pinned: true);
            cluster.World(rank).AllToAll([], none, none, [], none, none, "both", more: true);
            cluster.World(rank).AllToAll(new float[2], [1, 1], [0, 1], new float[3], rank == 0 ? [1, 2] : [1, 1], [0, 1], "both");
        });
        Assert.Contains("rank 1 sends 1 elements in segment 0 to rank 0, which expects 2", caller.Message, StringComparison.Ordinal);
    }

    /// <summary>Each rank sends an element to every rank, and adds another to ones.</summary>
    private static float[][] Run(int size, bool together, out long sent)
    {
        using var cluster = new EmulatedCluster(size);
        float[][] results = [.. Enumerable.Range(0, size).Select(_ => Pinned<float>(2 * size, i => i < size ? 0 : 1))];
        cluster.Run(rank =>
        {
            var world = cluster.World(rank);
            float[] first = Pinned<float>(size, peer => rank * 100 + peer), second = Pinned<float>(size, peer => rank * 100 + peer + 50);
            int[] counts = Pinned<int>(size, _ => 1), offsets = Pinned<int>(size, peer => peer);
            world.AllToAll(first, counts, offsets, results[rank].AsSpan(0, size), counts, offsets, "move", more: together);
            world.AddToAll(second, counts, offsets, results[rank].AsSpan(size), counts, offsets, "move");
        });
        sent = cluster.BytesSent(Collective.AllToAll);
        return results;
    }

    private static T[] Pinned<T>(int count, Func<int, T> value)
    {
        var array = GC.AllocateArray<T>(count, pinned: true);
        for (int i = 0; i < count; i++)
            array[i] = value(i);
        return array;
    }
}
