namespace Shardwright.Hardware.Tests;

public class AllToAllLegalityTests
{
    private static readonly Machine Trn2 = CollectiveMachines.Trainium2();
    private static readonly Machine Trn3 = CollectiveMachines.Trainium3();

    [Theory]
    [InlineData(8, 1)] // two whole chips
    [InlineData(64, 1)]
    [InlineData(576, 1)] // all 144 chips
    public void Choose_WholeConsecutiveChipsOnNeuronSwitch_IsVariable(int size, int stride)
    {
        Assert.Equal(RowExchange.Variable, AllToAllLegality.Choose(Trn3, GroupShape.Of(Trn3, size, stride)));
        Assert.Null(AllToAllLegality.WhyNotVariable(Trn3, GroupShape.Of(Trn3, size, stride)));
    }

    [Theory]
    [InlineData(4, 1, "more than one device")]
    [InlineData(2, 1, "more than one device")]
    [InlineData(8, 4, "all 4 ranks of every device")]
    [InlineData(8, 2, "all 4 ranks of every device")]
    [InlineData(6, 1, "all 4 ranks of every device")]
    public void WhyNotVariable_OtherGroupsOnNeuronSwitch_SaysWhy(int size, int stride, string reason) => Assert.Contains(reason, AllToAllLegality.WhyNotVariable(Trn3, GroupShape.Of(Trn3, size, stride)));

    [Fact]
    public void WhyNotVariable_ChipsThatAreNotNeighbours_SaysSo()
    {
        var group = new GroupShape(8, [[4], [1], [2], [1]]);

        Assert.Contains("consecutive", AllToAllLegality.WhyNotVariable(Trn3, group));
    }

    [Fact]
    public void WhyNotVariable_SinglePhysicalCoresOnNeuronSwitch_SaysLnc()
    {
        var machine = Trn3 with { Rank = Trn3.Rank with { Cores = 1 } };

        Assert.Contains("LNC=2", AllToAllLegality.WhyNotVariable(machine, GroupShape.Of(machine, 8, 1)));
    }

    [Theory]
    [InlineData(4, 64)] // the same place on four instances
    [InlineData(16, 64)]
    public void Choose_SamePlacesOfInstancesOnTorus_IsVariable(int size, int stride) => Assert.Equal(RowExchange.Variable, AllToAllLegality.Choose(Trn2, GroupShape.Of(Trn2, size, stride)));

    [Theory]
    [InlineData(4, 1)]
    [InlineData(16, 4)]
    [InlineData(64, 1)]
    [InlineData(128, 1)]
    public void Choose_InsideAnInstanceOnTorus_IsPaddedAndNamesTheConflict(int size, int stride)
    {
        Assert.Equal(RowExchange.Padded, AllToAllLegality.Choose(Trn2, GroupShape.Of(Trn2, size, stride), out string reason));
        Assert.StartsWith("no all-to-all-v: without NeuronSwitch", reason);
        Assert.Contains("2.32 notes", reason);
    }

    [Fact]
    public void Choose_IrregularGroup_IsGathered()
    {
        Assert.Equal(RowExchange.Gathered, AllToAllLegality.Choose(Trn2, GroupShape.Of(Trn2, 6, 1), out string reason));
        Assert.Contains("no all-to-all: its 6 ranks", reason);
    }

    [Fact]
    public void Choose_Nccl_IsAlwaysVariable()
    {
        var machine = CollectiveMachines.Nccl();

        Assert.Equal(RowExchange.Variable, AllToAllLegality.Choose(machine, GroupShape.Of(machine, 6, 3)));
    }

    [Fact]
    public void WhyTooManyCommunicators_Seventeen_SaysSixteen()
    {
        Assert.Null(AllToAllLegality.WhyTooManyCommunicators(Trn2, 16));
        Assert.Contains("at most 16", AllToAllLegality.WhyTooManyCommunicators(Trn2, 17));
        Assert.Null(AllToAllLegality.WhyTooManyCommunicators(CollectiveMachines.Nccl(), 17));
    }
}
