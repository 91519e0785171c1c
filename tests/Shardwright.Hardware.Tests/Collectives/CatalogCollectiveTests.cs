namespace Shardwright.Hardware.Tests;

/// <summary>Every built-in machine answers for every kind and group, and keeps the order that physics asks for.</summary>
public class CatalogCollectiveTests
{
    public static TheoryData<string> Machines => [.. MachineCatalog.Names];

    [Theory]
    [MemberData(nameof(Machines))]
    public void Of_EveryMachineKindAndGroup_IsFiniteAndNotFasterThanItsLinks(string name)
    {
        var machine = MachineCatalog.Find(name)!;
        foreach (int size in (int[])[2, 4, 8, 12, 16, 64, 1024])
        {
            foreach (int stride in (int[])[1, 2, 4, 8, 64])
            {
                var group = GroupShape.Of(machine, size, stride);
                foreach (CollectiveKind kind in Enum.GetValues<CollectiveKind>())
                {
                    foreach (long bytes in (long[])[0, 1000, 10_000_000, 1_000_000_000])
                    {
                        var cost = CollectiveTime.Of(machine, kind, group, bytes);

                        Assert.InRange(cost.Picoseconds, cost.Latency, 1_000_000_000_000_000);
                        Assert.True(cost.Latency > 0);
                        Assert.True(bytes == 0 || cost.LinkBytes > 0);
                        Assert.True(cost.Picoseconds >= LeastTime(machine, bytes), $"{name} {kind} of {size} ranks, {stride} apart, {bytes} B: {cost}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Of_AllReduce_TakesAtLeastAsLongAsAllGather(string name)
    {
        var machine = MachineCatalog.Find(name)!;
        foreach (int size in (int[])[4, 16, 128])
        {
            var group = GroupShape.Of(machine, size, 1);
            foreach (long bytes in (long[])[1000, 10_000_000, 1_000_000_000])
            {
                var reduce = CollectiveTime.Of(machine, CollectiveKind.AllReduce, group, bytes);

                // A tree of few bytes is faster than a ring of many steps.
                Assert.True(reduce.Algorithm == "tree" || reduce.Picoseconds > CollectiveTime.Of(machine, CollectiveKind.AllGather, group, bytes).Picoseconds);
            }
        }
    }

    /// <summary>Half of the bytes leave a rank at least, and never faster than over four of the fastest links at once.</summary>
    private static double LeastTime(Machine machine, long bytes) => bytes / 2.0 / machine.Levels.Max(level => 4 * level.BytesPerSecond.Sum()) * 1e12;
}
