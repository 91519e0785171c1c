namespace Shardwright.Hardware.Tests;

/// <summary>What must be true of every machine, kind and group: more bytes, ranks or latency never make one algorithm faster.</summary>
public class CollectivePropertyTests
{
    private static readonly EfficiencyTable Table = new([1 << 16, 1 << 20, 1 << 24, 1L << 28], [2, 8, 64], [[0.1, 0.08, 0.02], [0.5, 0.6, 0.1], [0.45, 0.9, 0.3], [0.95, 0.91, 0.8]]);

    public static TheoryData<string> Machines => ["trn2", "trn3", "nccl", "torus", "measured"];

    [Theory]
    [MemberData(nameof(Machines))]
    public void At_MoreBytes_NeverFallsWithinAnAlgorithm(string name)
    {
        var machine = Named(name);
        var random = new Random(7);
        foreach ((var kind, var group) in Cases(machine))
        {
            var timer = new CollectiveTimer(machine, kind, group);
            for (int i = 0; i < 200; i++)
            {
                long bytes = (long)Math.Pow(2, random.NextDouble() * 40);
                long more = bytes + (i % 2 == 0 ? 1 : (long)(bytes * random.NextDouble()));
                CollectiveCost small = timer.At(bytes), large = timer.At(more);

                if (small.Algorithm == large.Algorithm)
                    Assert.True(large.Picoseconds >= small.Picoseconds && large.LinkBytes >= small.LinkBytes, $"{machine.Name} {kind} {group.Size}: {bytes} B {small}, {more} B {large}");
                Assert.True(small.Picoseconds >= small.Latency && small.Latency >= 0);
            }
        }
    }

    [Theory]
    [InlineData("switch nccl")]
    [InlineData("switch neuron")]
    [InlineData("ring torus")]
    [InlineData("line torus")]
    [InlineData("nodes nccl")]
    [InlineData("instances neuron")]
    public void Of_MoreRanksOfTheSameTopology_NeverFallsWithinAnAlgorithm(string name)
    {
        foreach (CollectiveKind kind in Enum.GetValues<CollectiveKind>())
        {
            foreach (long bytes in (long[])[1, 100_000, 10_000_000, 1_000_000_000])
            {
                CollectiveCost before = default;
                for (int n = 3; n <= 64; n++)
                {
                    (Machine machine, int size, int stride) = Grown(name, n);
                    var cost = CollectiveTime.Of(machine, kind, GroupShape.Of(machine, size, stride), bytes);

                    if (cost.Algorithm == before.Algorithm)
                        Assert.True(cost.Picoseconds >= before.Picoseconds, $"{name} {kind} {bytes} B: {n} units {cost}, before {before}");
                    before = cost;
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Of_MoreLatency_NeverFallsWithinAnAlgorithm(string name)
    {
        var machine = Named(name);
        var slower = machine with { Levels = [.. machine.Levels.Select(level => level with { HopPicoseconds = level.HopPicoseconds + 777, BasePicoseconds = level.BasePicoseconds + 99 })] };
        foreach ((var kind, var group) in Cases(machine))
        {
            foreach (long bytes in (long[])[0, 1, 100_000, 10_000_000, 1_000_000_000])
            {
                CollectiveCost cost = CollectiveTime.Of(machine, kind, group, bytes), more = CollectiveTime.Of(slower, kind, group, bytes);

                Assert.True(cost.Algorithm != more.Algorithm || more.Picoseconds > cost.Picoseconds);
            }
        }
    }

    [Fact]
    public void Of_Prepared_AllocatesNothing()
    {
        var machine = CollectiveMachines.Trainium2();
        var group = GroupShape.Of(machine, 128, 1);
        long sum = 0;
        for (int i = 0; i < 1000; i++)
            sum += CollectiveTime.Of(machine, CollectiveKind.AllReduce, group, i).Picoseconds;

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            sum += CollectiveTime.Of(machine, CollectiveKind.AllReduce, group, i * 100_000L).Picoseconds;

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(sum > 0);
    }

    private static IEnumerable<(CollectiveKind Kind, GroupShape Group)> Cases(Machine machine)
    {
        bool limited = machine.Levels.All(level => level.Units > 0);
        foreach (CollectiveKind kind in Enum.GetValues<CollectiveKind>())
        {
            foreach (int size in (int[])[2, 3, 4, 6, 8, 16, 64, 128])
            {
                foreach (int stride in (int[])[1, 2, 4, 5, 16])
                {
                    if (!limited || (size - 1) * stride < machine.Levels.Aggregate(1, (ranks, level) => ranks * level.Units))
                        yield return (kind, GroupShape.Of(machine, size, stride));
                }
            }
        }
    }

    private static Machine Named(string name) => name switch
    {
        "trn2" => CollectiveMachines.Trainium2(),
        "trn3" => CollectiveMachines.Trainium3(),
        "nccl" => CollectiveMachines.Nccl(),
        "torus" => CollectiveMachines.TorusOf("torus", 50, 1, 4, 8, 6),
        _ => CollectiveMachines.Trainium2() with { Levels = [.. CollectiveMachines.Trainium2().Levels.Select(level => level with { Efficiency = Table })] },
    };

    private static (Machine Machine, int Size, int Stride) Grown(string name, int n) => name switch
    {
        "switch nccl" => (CollectiveMachines.SwitchOf("nccl", 100, 1, n), n, 1),
        "switch neuron" => (CollectiveMachines.SwitchOf("neuron", 100, 1, n), n, 1),
        "ring torus" => (CollectiveMachines.TorusOf("torus", 100, 1, n), n, 1),
        "line torus" => (CollectiveMachines.TorusOf("torus", 100, 1, 1000), n, 1),
        "nodes nccl" => (CollectiveMachines.Nccl(), 8 * n, 1),
        _ => (CollectiveMachines.Trainium2(), 64 * n, 1),
    };
}
