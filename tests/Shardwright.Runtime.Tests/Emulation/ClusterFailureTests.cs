using System.Diagnostics;
using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class ClusterFailureTests
{
    [Theory, InlineData(2), InlineData(5), InlineData(8)]
    public void Run_ARankThrows_EveryOtherRankLearnsRankAndOperationWithinASecond(int ranks)
    {
        using var cluster = new EmulatedCluster(ranks);
        var clock = Stopwatch.StartNew();
        var (caller, seen) = Ranks.RunFailing(cluster, rank =>
        {
            var buffer = new float[10];
            cluster.World(rank).AllReduce(buffer.AsSpan(), "gradients of Router");
            if (rank == 1)
                throw new InvalidDataException("token 300 is outside the vocabulary of 256");
            cluster.World(rank).AllReduce(buffer.AsSpan(), "loss");
        });
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"took {clock.Elapsed}");
        Assert.StartsWith("token 300 is outside the vocabulary of 256", caller.Message);
        Assert.IsType<InvalidDataException>(caller.InnerException);
        Assert.Equal(1, caller.Rank);
        for (int rank = 0; rank < ranks; rank++)
            if (rank != 1)
            {
                var failure = Assert.IsType<ClusterException>(seen[rank]);
                Assert.Equal((1, "gradients of Router"), (failure.Rank, failure.Operation));
                Assert.Contains($"Rank {rank} stops in", failure.Message);
            }
    }

    [Theory]
    [InlineData("kind"), InlineData("operation"), InlineData("count"), InlineData("type"), InlineData("root")]
    public void Collective_OneRankDiverges_EveryRankNamesBothCalls(string what)
    {
        using var cluster = new EmulatedCluster(4);
        var (caller, seen) = Ranks.RunFailing(cluster, rank =>
        {
            var world = cluster.World(rank);
            bool odd = rank == 2;
            switch (what)
            {
                case "kind" when odd: world.Broadcast(new float[8], 0, "loss"); break;
                case "operation" when odd: world.AllReduce(new float[8].AsSpan(), "another"); break;
                case "count" when odd: world.AllReduce(new float[9].AsSpan(), "loss"); break;
                case "type" when odd: world.AllReduce(new int[8].AsSpan(), "loss"); break;
                case "root": world.Broadcast(new float[8], odd ? 1 : 0, "loss"); break;
                default: world.AllReduce(new float[8].AsSpan(), "loss"); break;
            }
        });
        Assert.Equal(4, seen.Count);
        Assert.All(seen.Values.Append(caller), exception =>
        {
            Assert.Equal(2, Assert.IsType<ClusterException>(exception).Rank);
            Assert.Contains("Rank 2 called", exception.Message);
            Assert.Contains("'loss' of 8 float32 elements", exception.Message);
        });
    }

    [Fact]
    public void Collective_TheFirstRankDiverges_IsNamedAsTheOddOne()
    {
        using var cluster = new EmulatedCluster(3);
        var (caller, _) = Ranks.RunFailing(cluster, rank => cluster.World(rank).AllReduce(new float[rank == 0 ? 4 : 5].AsSpan(), "loss"));
        Assert.Equal(0, caller.Rank);
    }

    [Fact]
    public void Run_ARankEndsEarly_TheOthersDoNotHang()
    {
        using var cluster = new EmulatedCluster(4);
        var clock = Stopwatch.StartNew();
        var (caller, seen) = Ranks.RunFailing(cluster, rank =>
        {
            cluster.World(rank).AllReduce(new float[4].AsSpan(), "first");
            if (rank != 3)
                cluster.World(rank).AllReduce(new float[4].AsSpan(), "second");
        });
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"took {clock.Elapsed}");
        Assert.Contains("Rank 3 ended after 'first' while its peers still wait", caller.Message);
        Assert.Contains("rank 0 waits in 'second' (World)", caller.Message);
        Assert.Equal([0, 1, 2], seen.Keys.Order());
    }

    [Fact]
    public void Run_RanksWaitInDifferentGroups_IsFoundAsADeadlock()
    {
        using var cluster = new EmulatedCluster(4, 2);
        var clock = Stopwatch.StartNew();
        var (caller, seen) = Ranks.RunFailing(cluster, rank =>
            (rank == 1 ? cluster.ExpertPeers(rank) : cluster.World(rank)).AllReduce(new float[4].AsSpan(), rank == 1 ? "experts" : "dense"));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"took {clock.Elapsed}");
        Assert.Equal((1, "experts"), (caller.Rank, caller.Operation));
        Assert.Contains("rank 1 waits in 'experts' (ExpertPeers 0)", caller.Message);
        Assert.Equal(4, seen.Count);
    }

    [Fact]
    public void Run_ARankStalls_TheHeartbeatFindsItAndTheCallerReturns()
    {
        using var release = new ManualResetEventSlim();
        var cluster = new EmulatedCluster(3, heartbeat: TimeSpan.FromMilliseconds(150));
        try
        {
            var clock = Stopwatch.StartNew();
            var caller = Assert.Throws<ClusterException>(() => cluster.Run(rank =>
            {
                cluster.World(rank).AllReduce(new float[4].AsSpan(), "logits");
                if (rank == 2)
                    release.Wait();
                cluster.World(rank).AllReduce(new float[4].AsSpan(), "loss");
            }));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"took {clock.Elapsed}");
            Assert.Equal((2, "logits"), (caller.Rank, caller.Operation));
            Assert.Contains("Rank 2 has made no progress for", caller.Message);
            Assert.Contains("TrainerOptions.Heartbeat", caller.Message);
        }
        finally
        {
            release.Set();
            Assert.True(cluster.Close());
        }
    }

    [Fact]
    public void Run_LongComputationWithoutHeartbeat_IsNotAFailure()
    {
        using var cluster = new EmulatedCluster(2);
        cluster.Run(rank =>
        {
            if (rank == 0)
                Thread.Sleep(400);
            cluster.World(rank).AllReduce(new float[1].AsSpan(), "loss");
        });
    }

    [Fact]
    public void Run_AfterAFailure_RefusesWithTheFirstFailure()
    {
        using var cluster = new EmulatedCluster(2);
        Assert.Throws<ClusterException>(() => cluster.Run(_ => throw new InvalidOperationException("first")));
        var again = Assert.Throws<ClusterException>(() => cluster.Run(_ => { }));
        Assert.StartsWith("first", again.Message);
    }

    [Theory, InlineData(0, 1), InlineData(4, 3), InlineData(2, 4)]
    public void Cluster_MeshThatDoesNotDivide_IsRefused(int data, int expert)
        => Assert.Contains($"data={data}, expert={expert}", Assert.Throws<ArgumentException>(() => new EmulatedCluster(data, expert)).Message);
}
