namespace Shardwright.Hardware.Tests;

/// <summary>Whom ranks send to: always to others of the group, and together what the algorithm says that a rank sends.</summary>
public sealed class CollectiveFlowTests
{
    public static TheoryData<string, int, int> Groups => new()
    {
        { "trn2.48xlarge", 4, 1 }, { "trn2.48xlarge", 64, 1 }, { "trn2.48xlarge", 8, 4 }, { "trn2.48xlarge", 256, 1 }, { "trn2.48xlarge", 6, 1 }, { "trn1.32xlarge", 32, 1 }, { "dgx-h100", 8, 1 }, { "dgx-h100", 4, 8 }, { "dgx-h100", 64, 1 },
    };

    [Theory]
    [MemberData(nameof(Groups))]
    public void Visit_OfEveryRank_NamesOtherMembers(string name, int size, int stride)
    {
        var machine = MachineCatalog.Get(name);
        foreach (var kind in Enum.GetValues<CollectiveKind>())
            foreach (long bytes in (long[])[1000, 10 << 20, 1L << 30])
            {
                var timer = CollectiveTime.Timer(machine, kind, GroupShape.Of(machine, size, stride));
                var cost = timer.At(bytes);
                var flows = timer.Flows(bytes).ToList();
                Assert.Equal(cost.LinkBytes, (long)Math.Round(flows.Sum(flow => flow.SentPerByte) * bytes));
                Assert.Equal(size, timer.Axes.Aggregate(1, (product, axis) => product * axis.Count));
                foreach (var flow in flows)
                    foreach (int[] place in Places(flow.Axes))
                    {
                        var peers = new List<string>();
                        flow.Visit(place, (peer, weight) =>
                        {
                            Assert.True(weight > 0);
                            Assert.All(peer.Zip(flow.Axes), at => Assert.InRange(at.First, 0, at.Second.Count - 1));
                            Assert.NotEqual(place, peer);
                            peers.Add(string.Join(',', peer));
                        });
                        if (flow.Pattern == PeerPattern.All)
                            Assert.Equal(flow.Axes.Aggregate(1, (product, axis) => product * axis.Count) - 1, peers.Distinct().Count());
                    }
            }
    }

    [Fact]
    public void Visit_OfAHypercube_NamesThePartnerOfEachDimension()
    {
        var machine = MachineCatalog.Get("trn2.48xlarge");
        var flow = CollectiveTime.Timer(machine, CollectiveKind.AllReduce, GroupShape.Of(machine, 4, 1)).Flows(4 << 20).Single();
        Assert.Equal(PeerPattern.Partners, flow.Pattern);

        var peers = new List<(int, double)>();
        flow.Visit([1], (peer, weight) => peers.Add((peer[0], weight)));

        Assert.Equal([(0, 1), (3, 1)], peers);
    }

    private static IEnumerable<int[]> Places(IReadOnlyList<Axis> axes)
    {
        int count = axes.Aggregate(1, (product, axis) => product * axis.Count);
        for (int number = 0; number < count; number += Math.Max(1, count / 16))
        {
            int rest = number;
            yield return [.. axes.Select(axis =>
            {
                int at = rest % axis.Count;
                rest /= axis.Count;
                return at;
            })];
        }
    }
}
