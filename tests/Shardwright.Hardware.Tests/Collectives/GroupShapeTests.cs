namespace Shardwright.Hardware.Tests;

public class GroupShapeTests
{
    private static readonly Machine Trn2 = CollectiveMachines.Trainium2();

    [Theory]
    [InlineData(4, 1, "4|1 1|1")]
    [InlineData(16, 1, "4|4 1|1")]
    [InlineData(64, 1, "4|4 4|1")]
    [InlineData(256, 1, "4|4 4|4")]
    [InlineData(4, 4, "1|4 1|1")]
    [InlineData(4, 16, "1|1 4|1")]
    [InlineData(8, 8, "1|2 4|1")]
    [InlineData(8, 2, "2|4 1|1")]
    [InlineData(12, 4, "1|4 3|1")]
    [InlineData(5, 64, "1|1 1|5")]
    public void Of_RegularGroup_CountsUnitsOfEachDimension(int size, int stride, string expected)
    {
        var group = GroupShape.Of(Trn2, size, stride);

        Assert.Equal(expected, Text(group.Counts));
        Assert.True(group.IsRegular);
        Assert.Equal(size, group.Size);
    }

    [Theory]
    [InlineData(6, 1, "4|2 1|1")]
    [InlineData(6, 5, "4|4 2|1")]
    [InlineData(3, 48, "1|1 3|2")]
    public void Of_IrregularGroup_CountsItsBox(int size, int stride, string expected)
    {
        var group = GroupShape.Of(Trn2, size, stride);

        Assert.Equal(expected, Text(group.Counts));
        Assert.False(group.IsRegular);
    }

    [Fact]
    public void Of_AnyGroup_CountsWhatListingTheMembersCounts()
    {
        int[] radices = [4, 4, 4, int.MaxValue];
        for (int size = 1; size <= 70; size++)
        {
            for (int stride = 1; stride <= 70; stride++)
            {
                var digits = radices.Select(_ => new HashSet<int>()).ToArray();
                for (int member = 0; member < size; member++)
                {
                    int rest = member * stride;
                    for (int i = 0; i < radices.Length; i++)
                    {
                        digits[i].Add(rest % radices[i]);
                        rest /= radices[i];
                    }
                }

                Assert.Equal(digits.Select(d => d.Count), GroupShape.Of(Trn2, size, stride).Counts.SelectMany(c => c));
            }
        }
    }

    [Fact]
    public void Of_EverySecondChip_IsTwoApart()
    {
        var group = GroupShape.Of(Trn2, 8, 8);

        Assert.Equal("1|2 1|1", Text(group.Spacing));
    }

    [Fact]
    public void Of_BeyondTheMachine_NamesLastRankAndMachine()
    {
        var machine = CollectiveMachines.TorusOf("torus", 1, 1, 4, 4);

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => GroupShape.Of(machine, 5, 4));

        Assert.Contains("reaches rank 16; torus has ranks 0 to 15", error.Message);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Of_NoRanks_Throws(int size, int stride) => Assert.Throws<ArgumentOutOfRangeException>(() => GroupShape.Of(Trn2, size, stride));

    [Fact]
    public void Equals_SameGroup_IsEqual()
    {
        Assert.Equal(GroupShape.Of(Trn2, 16, 4), GroupShape.Of(Trn2, 16, 4));
        Assert.Equal(GroupShape.Of(Trn2, 16, 4).GetHashCode(), GroupShape.Of(Trn2, 16, 4).GetHashCode());
        Assert.NotEqual(GroupShape.Of(Trn2, 2, 4), GroupShape.Of(Trn2, 2, 8));
    }

    private static string Text(IReadOnlyList<IReadOnlyList<int>> levels) => string.Join('|', levels.Select(level => string.Join(' ', level)));
}
