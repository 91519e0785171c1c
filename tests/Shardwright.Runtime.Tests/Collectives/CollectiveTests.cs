using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class CollectiveTests
{
    public static TheoryData<int, int> SizesAndCounts { get; } = new(from size in new[] { 1, 2, 3, 4, 6, 8 } from count in new[] { 0, 1, 17, 5000 } select (size, count));

    [Theory, MemberData(nameof(SizesAndCounts))]
    public void AllReduce_AnySizeAndCount_SumsInHalvingOrderOnEveryRank(int size, int count)
    {
        float[][] values = [.. Enumerable.Range(0, size).Select(rank => Ranks.Values(rank, count))];
        float[] expected = size == 1 ? values[0] : Ranks.Tree(values);
        float[][] results = Ranks.Run(size, world =>
        {
            float[] buffer = [.. values[world.Index]];
            world.AllReduce(buffer.AsSpan(), "sum");
            return buffer;
        });
        Assert.All(results, result => Assert.Equal(Ranks.Bits(expected), Ranks.Bits(result)));
    }

    [Theory, MemberData(nameof(SizesAndCounts))]
    public void AllReduce_OfIntegers_SumsExactly(int size, int count)
    {
        int[][] results = Ranks.Run(size, world =>
        {
            int[] buffer = [.. Enumerable.Range(0, count).Select(i => i * 1000 + world.Index)];
            world.AllReduce(buffer.AsSpan(), "sum");
            return buffer;
        });
        int[] expected = [.. Enumerable.Range(0, count).Select(i => i * 1000 * size + size * (size - 1) / 2)];
        Assert.All(results, result => Assert.Equal(expected, result));
    }

    [Theory, MemberData(nameof(SizesAndCounts))]
    public void ReduceScatter_AnySizeAndCount_GivesEachRankItsPartOfTheTree(int size, int count)
    {
        float[][] values = [.. Enumerable.Range(0, size).Select(rank => Ranks.Values(rank, count * size))];
        float[] expected = Ranks.Tree(values);
        float[][] results = Ranks.Run(size, world =>
        {
            var received = new float[count];
            world.ReduceScatter(values[world.Index], received, "scatter");
            return received;
        });
        Assert.Equal(Ranks.Bits(expected), Ranks.Bits(results.SelectMany(part => part).ToArray()));
    }

    [Theory, MemberData(nameof(SizesAndCounts))]
    public void AllGather_InPlace_GivesEveryRankAllParts(int size, int count)
    {
        float[][] results = Ranks.Run(size, world =>
        {
            var all = new float[count * size];
            var own = all.AsSpan(world.Index * count, count);
            Ranks.Values(world.Index, count).CopyTo(own);
            world.AllGather(own, all, "gather");
            return all;
        });
        float[] expected = [.. Enumerable.Range(0, size).SelectMany(rank => Ranks.Values(rank, count))];
        Assert.All(results, result => Assert.Equal(expected, result));
    }

    [Theory, MemberData(nameof(SizesAndCounts))]
    public void Broadcast_FromEveryRoot_GivesTheRootsValues(int size, int count)
    {
        float[][][] results = Ranks.Run(size, world => Enumerable.Range(0, size).Select(root =>
        {
            float[] buffer = Ranks.Values(world.Index, count);
            world.Broadcast(buffer, root, "broadcast");
            return buffer;
        }).ToArray());
        Assert.All(results, rank => Assert.All(rank.Index(), result => Assert.Equal(Ranks.Values(result.Index, count), result.Item)));
    }

    [Theory, InlineData(2), InlineData(4), InlineData(8)]
    public void BytesSent_OfEachKind_EqualsTheClosedForm(int size)
    {
        const int count = 64 * 8;
        using var cluster = new EmulatedCluster(size);
        cluster.Run(rank =>
        {
            var world = cluster.World(rank);
            float[] one = new float[count], all = new float[count * size];
            world.AllReduce(one.AsSpan(), "reduce");
            world.AllGather(one, all, "gather");
            world.ReduceScatter(all, one, "scatter");
            world.Broadcast(one, 1, "broadcast");
        });
        // AllReduce = reduce-scatter + all-gather of count/size slices: 2 (size − 1) / size of the buffer from each rank.
        Assert.Equal(2L * (size - 1) * count * 4, cluster.BytesSent(Collective.AllReduce));
        Assert.Equal((long)size * (size - 1) * count * 4, cluster.BytesSent(Collective.AllGather));
        Assert.Equal((long)size * (size - 1) * count * 4, cluster.BytesSent(Collective.ReduceScatter));
        Assert.Equal((long)(size - 1) * count * 4, cluster.BytesSent(Collective.Broadcast));
        Assert.Equal(0, cluster.BytesSent(Collective.AllToAll));
    }

    [Fact]
    public void ReduceScatter_WrongLength_NamesOperationGotAndNeed()
    {
        using var cluster = new EmulatedCluster(2);
        var failure = Assert.Throws<ClusterException>(() => cluster.Run(rank => cluster.World(rank).ReduceScatter(new float[7], new float[3], "router gradient")));
        Assert.Contains("'router gradient'", failure.Message);
        Assert.Contains("7 elements, need 6 = 2 ranks × 3", failure.Message);
    }

    [Fact]
    public void Groups_OfAMesh_FollowTheLayout()
    {
        using var cluster = new EmulatedCluster(6, 3);
        cluster.Run(rank =>
        {
            int[] peers = new int[3], replicas = new int[2];
            cluster.ExpertPeers(rank).AllGather([rank], peers, "peers");
            cluster.ExpertReplicas(rank).AllGather([rank], replicas, "replicas");
            Assert.Equal([rank / 3 * 3, rank / 3 * 3 + 1, rank / 3 * 3 + 2], peers);
            Assert.Equal([rank % 3, rank % 3 + 3], replicas);
        });
        Assert.Equal((1, 1), (cluster.ExpertPeers(4).Index, cluster.ExpertReplicas(4).Index));
    }
}
