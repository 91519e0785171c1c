namespace Shardwright.Hardware.Tests;

/// <summary>The closed form of all-to-all on a torus against routing every pair.</summary>
public class TorusAllToAllTests
{
    private const long Bytes = 1_000_000_000_000;

    public static TheoryData<string> Tori => ["3", "4", "5", "6", "7", "8", "16", "4x4", "3x5", "4x8", "8x4", "6x4", "4x4x4", "4x3x5", "8x8", "4x4x8"];

    [Theory]
    [MemberData(nameof(Tori))]
    public void BusiestLink_OnATorus_IsWhatRoutingGives(string torus)
    {
        int[] dimensions = [.. torus.Split('x').Select(int.Parse)];
        (double busiest, double perRank) = TorusRouting.Loads(dimensions, wraps: true);
        var machine = CollectiveMachines.TorusOf("torus", 1000, 0, dimensions);

        var cost = CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, dimensions.Aggregate(1, (a, b) => a * b), 1), Bytes);

        // A terabyte at a terabyte a second: a load of 1 takes a second.
        Assert.Equal(busiest, cost.Picoseconds / 1e12, 1e-9);
        Assert.Equal(perRank, cost.LinkBytes / (double)Bytes, 1e-9);
    }

    [Fact]
    public void BusiestLink_OfEvenSizes_IsAnEighthOfTheLongest()
    {
        foreach (int[] dimensions in (int[][])[[4], [8], [16], [4, 4], [4, 8], [6, 4], [4, 4, 4], [4, 4, 8]])
            Assert.Equal(dimensions.Max() / 8.0, TorusRouting.Loads(dimensions, wraps: true).Busiest, 1e-9);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void BusiestLink_OfAPartOfARing_IsWhatRoutingGives(int members)
    {
        (double busiest, double perRank) = TorusRouting.Loads([members], wraps: false);
        var machine = CollectiveMachines.TorusOf("torus", 1000, 0, 8);

        var cost = CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, members, 1), Bytes);

        Assert.Equal(busiest, cost.Picoseconds / 1e12, 1e-9);
        Assert.Equal(perRank, cost.LinkBytes / (double)Bytes, 1e-9);
    }

    [Fact]
    public void BusiestLink_OfAlternatingGroups_IsWhatRoutingBothGives()
    {
        // Every second of eight: four members on a ring of eight, two groups at once. Routed by hand: a ring of four has load 4/8, twice for two groups.
        var machine = CollectiveMachines.TorusOf("torus", 1000, 0, 8);

        Assert.Equal(1.0, CollectiveTime.Of(machine, CollectiveKind.AllToAll, GroupShape.Of(machine, 4, 2), Bytes).Picoseconds / 1e12, 1e-9);
    }
}
