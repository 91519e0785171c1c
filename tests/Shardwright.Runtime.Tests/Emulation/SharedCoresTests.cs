using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>Ranks and kernel threads that share cores: nobody is forgotten, nothing runs twice, and no more run than there are cores.</summary>
public sealed class SharedCoresTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 1, 4)]
    [InlineData(3, 3, 2)]
    [InlineData(4, 2, 7)]
    [InlineData(8, 8, 1)]
    [InlineData(8, 4, 3)]
    [InlineData(16, 4, 2)]
    public void Run_KernelsBetweenCollectives_EveryItemRunsOnceAndEverySumIsRight(int data, int expert, int cores)
    {
        using var cluster = new EmulatedCluster(data, expert, cores: cores);
        RunAll(cluster, data, expert);
    }

    [Theory, InlineData(1, 1, 1), InlineData(8, 8, 4), InlineData(8, 4, 1), InlineData(5, 5, 2), InlineData(16, 4, 16)]
    public void Run_RanksOnCoresOfTheirOwn_EveryItemRunsOnceAndEverySumIsRight(int data, int expert, int ranksPerCore)
    {
        using var cluster = new EmulatedCluster(data, expert, ranksPerCore: ranksPerCore);
        RunAll(cluster, data, expert);
    }

    private static void RunAll(EmulatedCluster cluster, int data, int expert)
    {
        for (int run = 0; run < 20; run++)
            cluster.Run(rank =>
            {
                for (int round = 0; round < 20; round++)
                {
                    int items = Items(rank, round + run);
                    Assert.Equal(items, CountItems(items));
                    AssertSum(cluster.World(rank), rank => Items(rank, round + run), data, rank);
                    if (round % 3 == 0)
                        AssertSum(cluster.ExpertPeers(rank), peer => peer + 1, expert, cluster.ExpertPeers(rank).Index);
                }
            });
    }

    [Theory, InlineData(8, 2), InlineData(5, 3), InlineData(2, 4)]
    public void Run_ManyRanksAndItems_NoMoreRunThanThereAreCores(int ranks, int cores)
    {
        using var cluster = new EmulatedCluster(ranks, cores: cores);
        using var running = new RunningCount();
        cluster.Run(rank =>
        {
            for (int round = 0; round < 10; round++)
            {
                running.Run(items: rank % 3 == 0 ? 40 : 1);
                cluster.World(rank).AllReduce(new float[1].AsSpan(), "round");
            }
        });
        Assert.InRange(running.Most, 1, cores);
    }

    [Theory, InlineData(8, 4), InlineData(5, 2), InlineData(3, 1)]
    public void Run_RanksOnCoresOfTheirOwn_OneOfACoreRunsAtATimeAndNobodyHelps(int ranks, int ranksPerCore)
    {
        using var cluster = new EmulatedCluster(ranks, ranksPerCore: ranksPerCore);
        var counts = Enumerable.Range(0, (ranks + ranksPerCore - 1) / ranksPerCore).Select(_ => new RunningCount()).ToArray();
        cluster.Run(rank =>
        {
            for (int round = 0; round < 10; round++)
            {
                counts[rank / ranksPerCore].Run(items: rank % 3 == 0 ? 40 : 1);
                cluster.World(rank).AllReduce(new float[1].AsSpan(), "round");
            }
        });
        Assert.All(counts, running => Assert.Equal(1, running.Most));
        foreach (var running in counts)
            running.Dispose();
    }

    [Fact]
    public void Run_OneRankOfACoreFails_TheOthersHearOfIt()
    {
        using var cluster = new EmulatedCluster(6, ranksPerCore: 2);
        var (caller, seen) = Ranks.RunFailing(cluster, rank =>
        {
            cluster.World(rank).AllReduce(new float[1].AsSpan(), "before");
            if (rank == 3)
                throw new InvalidDataException("rank 3");
            cluster.World(rank).AllReduce(new float[1].AsSpan(), "after");
        });
        Assert.Equal(3, caller.Rank);
        Assert.All(seen.Where(pair => pair.Key != 3), pair => Assert.IsType<ClusterException>(pair.Value));
    }

    [Fact]
    public void Run_OneRankWorksWhileTheOthersWait_TheirCoresTakeItsItems()
    {
        using var cluster = new EmulatedCluster(4, cores: 2);
        using var running = new RunningCount();
        cluster.Run(rank =>
        {
            cluster.World(rank).AllReduce(new float[1].AsSpan(), "before");
            if (rank == 2)
                running.Run(items: 400);
            cluster.World(rank).AllReduce(new float[1].AsSpan(), "after");
        });
        Assert.Equal(2, running.Most);
    }

    [Fact]
    public void Run_AnItemThrows_OnlyItsRankSeesTheException()
    {
        for (int attempt = 0; attempt < 30; attempt++)
        {
            using var cluster = new EmulatedCluster(6, cores: 2);
            var (caller, seen) = Ranks.RunFailing(cluster, rank =>
            {
                cluster.World(rank).AllReduce(new float[1].AsSpan(), "before");
                if (rank == 4)
                    ThrowInItem();
                else
                    Assert.Equal(50, CountItems(50));
                cluster.World(rank).AllReduce(new float[1].AsSpan(), "after");
            });
            Assert.Equal(4, caller.Rank);
            Assert.IsType<InvalidDataException>(seen[4]);
            Assert.All(seen.Where(pair => pair.Key != 4), pair => Assert.IsType<ClusterException>(pair.Value));
        }
    }

    [Fact]
    public void Run_RanksQueueForACoreLongerThanTheHeartbeat_IsNotAStall()
    {
        using var cluster = new EmulatedCluster(8, heartbeat: TimeSpan.FromMilliseconds(120), cores: 1);
        cluster.Run(rank =>
        {
            Thread.Sleep(40);
            cluster.World(rank).AllReduce(new float[1].AsSpan(), "round");
        });
    }

    private static int Items(int rank, int round) => (rank * 7 + round * 13) % 40;

    private static void AssertSum(ICommunicator group, Func<int, int> value, int size, int index)
    {
        float[] sum = [value(index)];
        group.AllReduce(sum.AsSpan(), "sum");
        Assert.Equal(Enumerable.Range(0, size).Sum(value), sum[0]);
    }

    private static unsafe int CountItems(int items)
    {
        int* hits = stackalloc int[64];
        new Span<int>(hits, 64).Clear();
        WorkPool.Current!.Run(items, &Hit, (nint)hits);
        int once = 0;
        for (int item = 0; item < 64; item++)
            once += hits[item] == 1 ? 1 : 0;
        return once;
    }

    private static unsafe void ThrowInItem() => WorkPool.Current!.Run(20, &Throw, 0);

    private static unsafe void Hit(nint hits, int item)
    {
        Thread.SpinWait(item % 5 * 20);
        Interlocked.Increment(ref ((int*)hits)[item]);
    }

    private static void Throw(nint state, int item)
    {
        if (item == 11)
            throw new InvalidDataException("item 11");
    }

    private sealed unsafe class RunningCount : IDisposable
    {
        private readonly int* counts = (int*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(2, sizeof(int));

        public int Most => counts[1];

        public void Run(int items) => WorkPool.Current!.Run(items, &Item, (nint)counts);

        public void Dispose() => System.Runtime.InteropServices.NativeMemory.Free(counts);

        private static void Item(nint state, int item)
        {
            var counts = (int*)state;
            int now = Interlocked.Increment(ref counts[0]);
            for (int most = counts[1]; now > most; most = counts[1])
                Interlocked.CompareExchange(ref counts[1], now, most);
            Thread.SpinWait(2000);
            Interlocked.Decrement(ref counts[0]);
        }
    }
}
