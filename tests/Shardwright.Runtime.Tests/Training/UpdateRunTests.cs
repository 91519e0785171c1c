using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class UpdateRunTests
{
    private const int Part = 1 << 20;

    [Fact]
    public void Merge_BlocksBehindOneAnother_AreOneRunForEachWeightDecay()
    {
        // Two instances of 5 floats (40 bytes), padded to 64; then 16 floats without decay, then 3 with it again.
        var runs = Merge(Slot(0, [5], instances: 2), Slot(64, [4, 4], decay: false), Slot(128, [3]));
        Assert.Equal([(0, 10, true), (64, 16, false), (128, 3, true)], runs);
        Assert.Equal([(0, 16 + 16 + 3, true)], Merge(Slot(0, [5], instances: 2), Slot(64, [4, 4]), Slot(128, [3])));
    }

    [Fact]
    public void Merge_SlotsInAnotherOrderThanTheirBlocks_AreOneRun()
        => Assert.Equal([(0, 19, true)], Merge(Slot(64, [3]), Slot(0, [16])));

    [Fact]
    public void Merge_ExpertsOfARank_CountOnlyItsShare()
        => Assert.Equal([(0, 32 + 1, true)], Merge(Slot(0, [4], instances: 2, experts: 8), Slot(128, [1])));

    [Fact]
    public void Merge_FrozenBlockBetween_IsLeftOut()
        => Assert.Equal([(0, 16, true), (128, 16, true)], Merge(Slot(0, [16]), Slot(64, [16]) with { Frozen = true }, Slot(128, [16])));

    [Fact]
    public void Merge_OffsetsThatDoNotLineUp_StaySeparate()
    {
        var (first, second) = (Slot(0, [16]), Slot(64, [16]));
        Assert.Equal(2, Merge(first, second with { GradientOffset = second.GradientOffset + 64 }).Count);
        Assert.Equal(2, Merge(first, second with { MeanOffset = second.MeanOffset + 64 }).Count);
        Assert.Equal(2, Merge(first, second with { VarianceOffset = second.VarianceOffset - 64 }).Count);
        Assert.Equal(2, Merge(first, Slot(128, [16])).Count);
    }

    private static ParameterSlot Slot(long offset, int[] shape, int instances = 1, int experts = 0, bool decay = true)
        => new("P", shape, instances, experts, decay, Frozen: false, offset, Part + offset, (2 * Part) + offset, (3 * Part) + offset);

    private static List<(int Offset, int Length, bool Decay)> Merge(params ParameterSlot[] slots)
        => [.. UpdateRun.Merge(TinyPlan.Create(2, 2) with { Parameters = slots }).Select(run => ((int)run.Offset, run.Length, run.Decay))];
}
