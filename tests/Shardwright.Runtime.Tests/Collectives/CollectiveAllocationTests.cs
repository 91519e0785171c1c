using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

[Collection(nameof(Allocations))]
public sealed class CollectiveAllocationTests
{
    [Fact]
    public void Collectives_ManyInARow_AllocateNothing()
    {
        using var cluster = new EmulatedCluster(4, 2);
        var buffers = Enumerable.Range(0, 4).Select(_ => new float[3000]).ToArray();
        Action<int> body = rank =>
        {
            for (int i = 0; i < 50; i++)
            {
                cluster.World(rank).AllReduce(buffers[rank].AsSpan(), "world");
                cluster.ExpertPeers(rank).AllReduce(buffers[rank].AsSpan(), "peers");
                cluster.ExpertReplicas(rank).AllReduce(buffers[rank].AsSpan(), "replicas");
            }
        };
        for (int i = 0; i < 5; i++)
            cluster.Run(body);
        Assert.Equal(0, Allocations.Of(() => cluster.Run(body)));
    }
}
