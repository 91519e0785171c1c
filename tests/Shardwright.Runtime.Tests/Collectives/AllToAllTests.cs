using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class AllToAllTests
{
    [Theory, InlineData(1, 1), InlineData(2, 3), InlineData(3, 1), InlineData(4, 2), InlineData(6, 2), InlineData(8, 3)]
    public void AllToAll_RaggedAndEmptySegments_PlacesEachSegmentWhereTheReceiverWants(int size, int segments)
    {
        // Segment s from a to b has (a·7 + b·3 + s·5) mod 4 elements: a quarter of them none at all.
        int Length(int from, int to, int segment) => (from * 7 + to * 3 + segment * 5) % 4;
        float Value(int from, int to, int segment, int i) => from * 1000 + to * 100 + segment * 10 + i;
        using var cluster = new EmulatedCluster(size);
        var results = new float[size][];
        cluster.Run(rank =>
        {
            int[] sendCounts = new int[size * segments], sendOffsets = new int[size * segments], receiveCounts = new int[size * segments], receiveOffsets = new int[size * segments];
            var send = new List<float>();
            int received = 0;
            for (int peer = 0; peer < size; peer++)
                for (int segment = 0; segment < segments; segment++)
                {
                    int i = peer * segments + segment;
                    (sendCounts[i], sendOffsets[i]) = (Length(rank, peer, segment), send.Count);
                    send.AddRange(Enumerable.Range(0, sendCounts[i]).Select(element => Value(rank, peer, segment, element)));
                }
            for (int segment = 0; segment < segments; segment++)         // The receiver orders by segment, then by peer.
                for (int peer = 0; peer < size; peer++)
                {
                    int i = peer * segments + segment;
                    (receiveCounts[i], receiveOffsets[i]) = (Length(peer, rank, segment), received);
                    received += receiveCounts[i];
                }
            results[rank] = new float[received];
            cluster.World(rank).AllToAll(send.ToArray(), sendCounts, sendOffsets, results[rank], receiveCounts, receiveOffsets, "dispatch");
        });
        for (int rank = 0; rank < size; rank++)
        {
            var expected = from segment in Enumerable.Range(0, segments)
                           from peer in Enumerable.Range(0, size)
                           from i in Enumerable.Range(0, Length(peer, rank, segment))
                           select Value(peer, rank, segment, i);
            Assert.Equal(expected, results[rank]);
        }
        var offRank = from a in Enumerable.Range(0, size) from b in Enumerable.Range(0, size) where a != b from s in Enumerable.Range(0, segments) select Length(a, b, s) * 4L;
        Assert.Equal(offRank.Sum(), cluster.BytesSent(Collective.AllToAll));
    }

    [Fact]
    public void AllToAll_NothingAtAll_IsOrdinary()
    {
        var results = Ranks.Run(3, world =>
        {
            world.AllToAll([], new int[3], new int[3], [], new int[3], new int[3], "empty");
            return true;
        });
        Assert.All(results, Assert.True);
    }

    [Fact]
    public void AllToAll_CountsThatDisagree_NamesBothSides()
    {
        using var cluster = new EmulatedCluster(2);
        var failure = Assert.Throws<ClusterException>(() => cluster.Run(rank =>
            cluster.World(rank).AllToAll(new float[4], [2, 2], [0, 2], new float[6], [2, rank == 1 ? 2 : 3], [0, 2], "dispatch")));
        Assert.Contains("AllToAll 'dispatch': rank 1 sends 2 elements in segment 0 to rank 0, which expects 3", failure.Message);
    }

    [Fact]
    public void AllToAll_SegmentOutsideTheBuffer_IsRefused()
    {
        using var cluster = new EmulatedCluster(1);
        var failure = Assert.Throws<ClusterException>(() => cluster.Run(_ => cluster.World(0).AllToAll(new float[4], [3], [2], new float[4], [3], [0], "dispatch")));
        Assert.Contains("send segment 0 covers elements 2 to 5 of a buffer of 4", failure.Message);
    }
}
