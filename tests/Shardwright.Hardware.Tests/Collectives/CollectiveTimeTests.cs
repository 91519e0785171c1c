namespace Shardwright.Hardware.Tests;

/// <summary>Worked examples: each expected time is the closed form with its numbers, in microseconds.</summary>
public class CollectiveTimeTests
{
    private const long MiB = 1 << 20;
    private const long Large = 6_400_000_000;

    [Fact]
    public void Of_OneRank_CostsNothing()
    {
        foreach (CollectiveKind kind in Enum.GetValues<CollectiveKind>())
            Assert.Equal(new CollectiveCost(0, 0, "none", 0), CollectiveTime.Of(CollectiveMachines.Trainium2(), kind, GroupShape.Of(CollectiveMachines.Trainium2(), 1, 1), 1 << 20));
    }

    [Fact]
    public void Ring_AllReduceOfEightOnASwitch_TakesTwiceSevenStepsAndSevenEighths()
    {
        // 6.6 + 2 · 7 · 0.6 + 2 · 7/8 · 4,500 MB / 450 GB/s = 6.6 + 8.4 + 17,500 µs
        var cost = Of(CollectiveMachines.Nccl(), CollectiveKind.AllReduce, 8, 1, 4_500_000_000);

        Assert.Equal(17_515_000_000, cost.Picoseconds);
        Assert.Equal(15_000_000, cost.Latency);
        Assert.Equal(7_875_000_000, cost.LinkBytes);
        Assert.Equal("ring", cost.Algorithm);
    }

    [Fact]
    public void Ring_AllGatherOfTwoNodes_CrossesTheNetworkOnce()
    {
        // 14 steps at 0.6, one at 2.7; the node's 400 GB/s carry 15/16 of the tensor, each of eight ports 15/16 as well but faster.
        var cost = Of(CollectiveMachines.Nccl(), CollectiveKind.AllGather, 16, 1, 1_600_000_000);

        Assert.Equal(6_600_000 + 14 * 600_000 + 2_700_000 + 3_750_000_000, cost.Picoseconds);
    }

    [Fact]
    public void Tree_SmallAllReduceOfManyNodes_BeatsTheRing()
    {
        var cost = Of(CollectiveMachines.Nccl(), CollectiveKind.AllReduce, 512, 1, 8);

        // 2 · (7 · 0.6 + 6 · 2.7)
        Assert.Equal("tree", cost.Algorithm);
        Assert.Equal(6_600_000 + 2 * (7 * 600_000 + 6 * 2_700_000), cost.Latency);
    }

    [Fact]
    public void Torus_AllGatherOnFourByFour_UsesAllFourDirections()
    {
        // (2 + 2) · 1 + 15/16 · 1,600 MB / (4 · 100 GB/s) = 4 + 3,750 µs
        var cost = Of(CollectiveMachines.TorusOf("torus", 100, 1, 4, 4), CollectiveKind.AllGather, 16, 1, 1_600_000_000);

        Assert.Equal(3_754_000_000, cost.Picoseconds);
    }

    [Fact]
    public void Torus_ReduceScatterOnALine_UsesOneDirection()
    {
        // Three of four: two steps, 2/3 · 300 MB / 100 GB/s.
        var cost = Of(CollectiveMachines.TorusOf("torus", 100, 1, 4, 4), CollectiveKind.ReduceScatter, 3, 1, 300_000_000);

        Assert.Equal(2_000_000 + 2_000_000_000, cost.Picoseconds);
    }

    [Fact]
    public void DirectAllToAll_OnFourByEight_IsDecidedByTheLongDimension()
    {
        // (2 + 4) · 1 + 8/8 · 100 MB / 100 GB/s
        var cost = Of(CollectiveMachines.TorusOf("torus", 100, 1, 4, 8), CollectiveKind.AllToAll, 32, 1, 100_000_000);

        Assert.Equal(6_000_000 + 1_000_000_000, cost.Picoseconds);
    }

    [Fact]
    public void DirectAllToAll_OnASwitch_SendsAllButItsOwn()
    {
        var cost = Of(CollectiveMachines.SwitchOf("nccl", 100, 1, 8), CollectiveKind.AllToAll, 8, 1, 800_000_000);

        Assert.Equal(1_000_000 + 7_000_000_000, cost.Picoseconds);
        Assert.Equal(700_000_000, cost.LinkBytes);
    }

    [Fact]
    public void Mesh_SmallAllGatherOnAChip_IsOneStep()
    {
        // 1 + 3/4 · 400 KB / 100 GB/s
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllGather, 4, 1, 400_000);

        Assert.Equal("mesh", cost.Algorithm);
        Assert.Equal(1_000_000 + 3_000_000, cost.Picoseconds);
    }

    [Fact]
    public void RecursiveHalvingDoubling_MediumAllReduceOnAChip_IsTwiceTwoSteps()
    {
        // 2 · (2 · 1 + 3/4 · 4 MB / 100 GB/s) = 64 µs
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllReduce, 4, 1, 4_000_000);

        Assert.Equal("recursive halving/doubling", cost.Algorithm);
        Assert.Equal(64_000_000, cost.Picoseconds);
    }

    [Fact]
    public void RecursiveHalvingDoubling_OnFourByFour_UsesAllLinks()
    {
        // A 4-D hypercube: 4 · 2 + 15/16 · 16 MB / (4 · 25 GB/s), since four ranks of a chip share its links, for a group of one rank a chip.
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllGather, 16, 4, 16_000_000);

        Assert.Equal("recursive halving/doubling", cost.Algorithm);
        Assert.Equal(8_000_000 + 150_000_000, cost.Picoseconds);
    }

    [Fact]
    public void RecursiveHalvingDoubling_OnARingOfEight_SharesLinks()
    {
        // Three dimensions with a third of 7/8 each, over 1, 2 and 4 links, half of that on each: 7/8 · 7/6 · 8 MB / 100 GB/s.
        var cost = Of(CollectiveMachines.TorusOf("neuron", 100, 1, 8), CollectiveKind.AllGather, 8, 1, 8_640_000);

        Assert.Equal(3_000_000 + 88_200_000, cost.Picoseconds);
    }

    /// <summary>Whoever published the limits measured what is faster on either side: there the two formulas ought to be alike.</summary>
    [Theory]
    [InlineData(MiB)]
    [InlineData(56 * MiB + 1)]
    public void Of_AtThePublishedLimits_BothAlgorithmsAreAlike(long limit)
    {
        var machine = MachineCatalog.Find("trn2.48xlarge")!;

        double ratio = Of(machine, CollectiveKind.AllReduce, 64, 1, limit).Picoseconds / (double)Of(machine, CollectiveKind.AllReduce, 64, 1, limit - 1).Picoseconds;

        Assert.InRange(ratio, 0.6, 1.6);
    }

    [Fact]
    public void KangaRing_LargeAllGatherOfAnInstance_FillsAllLinks()
    {
        // 64 ranks: 48 steps inside chips and 15 between, halved: 24 · 1 + 8 · 2 µs; torus links: 63/64 · 6.4 GB / (4 · 100 GB/s), a chip's ports: 63/64 · 6.4 GB / 100 GB/s decides.
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllGather, 64, 1, Large);

        Assert.Equal("KangaRing", cost.Algorithm);
        Assert.Equal(40_000_000, cost.Latency);
        Assert.Equal(40_000_000 + 63_000_000_000, cost.Picoseconds);
    }

    [Fact]
    public void Ring_OneRankAChip_IsTakenInsteadOfKangaRing() => Assert.Equal("ring", Of(CollectiveMachines.Trainium2(), CollectiveKind.AllGather, 16, 4, Large).Algorithm);

    [Fact]
    public void Ring_GroupThatIsNoPowerOfTwo_IsTakenForMediumMessages() => Assert.Equal("ring", Of(CollectiveMachines.Trainium2(), CollectiveKind.AllGather, 3, 1, 10 * MiB).Algorithm);

    [Theory]
    [InlineData(MiB - 1, "mesh")]
    [InlineData(MiB, "recursive halving/doubling")]
    [InlineData(56 * MiB, "recursive halving/doubling")]
    [InlineData(56 * MiB + 1, "KangaRing")]
    public void Of_InsideAnInstance_FollowsThePublishedLimits(long bytes, string algorithm) => Assert.Equal(algorithm, Of(CollectiveMachines.Trainium2(), CollectiveKind.AllReduce, 16, 1, bytes).Algorithm);

    [Fact]
    public void Hierarchical_AllReduceOfTwoInstances_IsScatterReduceGather()
    {
        // Inside: KangaRing twice, 126/64 · 6.4 GB / 100 GB/s = 126 ms. Between: 2 · 1/2 · 0.1 GB a rank / 6.25 GB/s = 16 ms, in four chunks behind it: 130 ms. Latency 2 · 40 + 2 · 15.
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllReduce, 128, 1, Large);

        Assert.Equal("hierarchical (KangaRing + ring)", cost.Algorithm);
        Assert.Equal(110_000_000, cost.Latency);
        Assert.Equal(110_000_000 + 130_000_000_000, cost.Picoseconds);
        Assert.Equal(2 * (6_300_000_000 + 50_000_000), cost.LinkBytes);
    }

    [Fact]
    public void TwoLevelAllToAll_OfTwoInstances_IsBoundByTheNetwork()
    {
        // Between: 1/2 · 64 MB / 6.25 GB/s = 5.12 ms. Inside: torus 4/8 · 64 MB / 25 GB/s = 1.28 ms, in four chunks behind it. Latency 1 + 2 · 2 · 2 + 15.
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllToAll, 128, 1, 64_000_000);

        Assert.Equal("two-level all-to-all", cost.Algorithm);
        Assert.Equal(24_000_000 + 5_120_000_000 + 320_000_000, cost.Picoseconds);
    }

    [Fact]
    public void Of_BaseOfALevel_IsAddedOnce()
    {
        var slow = CollectiveMachines.Trainium2(200 * CollectiveMachines.Microsecond);

        Assert.Equal(200 * CollectiveMachines.Microsecond + Of(CollectiveMachines.Trainium2(), CollectiveKind.AllReduce, 128, 1, MiB).Picoseconds, Of(slow, CollectiveKind.AllReduce, 128, 1, MiB).Picoseconds);
        Assert.Equal(Of(CollectiveMachines.Trainium2(), CollectiveKind.AllReduce, 64, 1, MiB), Of(slow, CollectiveKind.AllReduce, 64, 1, MiB));
    }

    [Fact]
    public void Of_EverySecondChip_SharesItsLinksWithTheOtherHalf()
    {
        // Chips 0 and 2 of a ring of four, and chips 1 and 3 at the same time: both ways around, two links each, half a link's rate.
        var ring = CollectiveMachines.TorusOf("torus", 100, 1, 4);

        Assert.Equal(2_000_000 + 500_000_000, Of(ring, CollectiveKind.AllToAll, 2, 2, 100_000_000).Picoseconds);
    }

    [Fact]
    public void Of_IrregularGroup_MeetsOnTheSlowestLink()
    {
        var cost = Of(CollectiveMachines.Trainium2(), CollectiveKind.AllToAll, 6, 1, 60_000_000);

        // 5/6 · 60 MB / 25 GB/s, one step of 2 µs.
        Assert.Equal(2_000_000 + 2_000_000_000, cost.Picoseconds);
    }

    [Fact]
    public void Of_UnknownRules_NamesThem()
    {
        var machine = CollectiveMachines.SwitchOf("mpi", 1, 1, 4);

        Assert.Contains("'mpi'; known are neuron", Assert.Throws<ArgumentException>(() => Of(machine, CollectiveKind.AllGather, 4, 1, 1)).Message);
    }

    [Fact]
    public void Of_GroupOfAnotherMachine_Throws() =>
        Assert.Throws<ArgumentException>(() => CollectiveTime.Of(CollectiveMachines.Nccl(), CollectiveKind.AllGather, GroupShape.Of(CollectiveMachines.Trainium2(), 4, 1), 1));

    [Fact]
    public void Of_NegativeBytes_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Of(CollectiveMachines.Nccl(), CollectiveKind.AllGather, 4, 1, -1));

    private static CollectiveCost Of(Machine machine, CollectiveKind kind, int size, int stride, long bytes) => CollectiveTime.Of(machine, kind, GroupShape.Of(machine, size, stride), bytes);
}
