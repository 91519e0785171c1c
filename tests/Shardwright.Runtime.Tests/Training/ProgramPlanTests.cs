using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed class ProgramPlanTests
{
    private static ProgramPlan Plan(params ExpertSite[] sites) => new()
    {
        Model = "Test",
        Data = 4,
        Expert = 2,
        MicroBatches = 1,
        Batch = 8,
        TokensPerSequence = 4,
        Clip = false,
        PersistentBytes = 500,
        StaticBytes = 1000,
        Parameters = [],
        Inputs = [],
        Buffers = [],
        Experts = sites,
    };

    [Fact]
    public void PeakBytes_LayersOfOneSite_IsTheLargestMoment()
    {
        // Rows round up to 16, 32, 16. Moments: 16·(8+40); 16·8 + 32·48 = 1664 (largest); 48·8 + 16·48 = 1152.
        Assert.Equal(1000 + 1664, Plan(new ExpertSite("Blocks[*].Experts", 4, 1, 3, 0, 0, 8, 40)).PeakBytes(5, 17, 16));
    }

    [Fact]
    public void PeakBytes_SitesOfOneLoop_AlternateLayerByLayer()
    {
        ExpertSite first = new("A", 4, 1, 2, 0, 0, 4, 0), second = new("B", 4, 1, 2, 0, 0, 0, 100);
        // B's layer 0 runs before A's layer 1 in a loop, after it in sequence.
        Assert.Equal(1000 + 16 * 4 + 32 * 100, Plan(first with { Loop = 0 }, second with { Loop = 0 }).PeakBytes(16, 16, 32, 0));
        Assert.Equal(1000 + 32 * 4 + 32 * 100, Plan(first, second).PeakBytes(16, 16, 32, 0));
    }

    [Fact]
    public void BalancedAndWorstPeak_OfTopK_FollowTheGroup()
    {
        // 32 tokens; a group of two ranks has 16; top-3 of 4 with 2 experts a rank: at most 2 copies of each token here. Balanced: 32·3/4 = 24, rounded to 32.
        var plan = Plan(new ExpertSite("Experts", 4, 3, 1, 0, 0, 10, 2));
        Assert.Equal(1000 + 32 * 12, plan.BalancedPeakBytes);
        Assert.Equal(1000 + 16 * 2 * 12, plan.WorstPeakBytes);
    }

    [Fact]
    public void WorstPeak_OfAnExactGroup_IsTheBalancedOne()
    {
        // 24 rows, rounded to 32, whatever the router does; a planner of the user's own may not change that.
        var plan = Plan(new ExpertSite("Experts", 4, 3, 1, 0, 0, 10, 2) { IsExact = true, Slots = 2 });
        Assert.Equal(1000 + 32 * 12, plan.WorstPeakBytes);
        Assert.Equal((plan.BalancedPeakBytes, plan.BalancedPeakBytes), (plan.WorstPeakBytes, plan.WorstPeakBytesOfAnyPlan));
    }

    [Fact]
    public void WorstPeak_OfAnyPlan_CountsTheRowsOfSlots()
    {
        // With one slot besides two experts, all three copies of 16 tokens may come here: 48 rows.
        var plan = Plan(new ExpertSite("Experts", 4, 3, 1, 0, 0, 10, 2) { Slots = 1 });
        Assert.Equal((1000 + 32 * 12, 1000 + 48 * 12), (plan.WorstPeakBytes, plan.WorstPeakBytesOfAnyPlan));
    }

    [Fact]
    public void PeakBytes_WithScratch_CountsItWhereRowsTravel()
    {
        // Forward 16·(8 + 40) + 100; backward, while gradients arrive and leave, 16·8 + 100.
        var plan = Plan(new ExpertSite("Experts", 4, 1, 1, 0, 0, 8, 40));
        Assert.Equal(1000 + 16 * 48 + 100, plan.PeakBytes([5], [100L]));
        Assert.Contains("got 2 sizes of scratch, need 1", Assert.Throws<ArgumentException>(() => plan.PeakBytes([5], [100L, 100L])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PeakBytes_WrongNumberOfCounts_NamesNeed()
        => Assert.Contains("got 1 row counts, need 3", Assert.Throws<ArgumentException>(() => Plan(new ExpertSite("E", 4, 1, 3, 0, 0, 8, 40)).PeakBytes(5)).Message);
}
