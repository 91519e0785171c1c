using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright.Runtime.Tests;

public sealed class RunningSumTurnsTests
{
    /// <summary>
    /// Expert 0 of three has nine rows, three on each rank. Turn 0: rank 1 sums three rows of expert 0 and its own, rank 2 its own, so four rows for the busiest; turn 1: rank 2 goes on with three; turn 2: rank 0, at home, with three. Ten rows one
    /// after the other, where the busiest rank has four: six are waited for, and two sums are handed on.
    /// </summary>
    [Fact]
    public void Open_OneHotExpertOnThreeRanks_CountsTurnsAndWhatRanksWaitFor()
    {
        var layout = new ExpertLayout(3, 3, 1);
        var instances = Open(layout, new FixedPlanner([(0, 1, 3), (0, 2, 3)]), SplitOrder.Contiguous, [[3, 1, 0], [3, 0, 1], [3, 0, 0]]);

        Assert.Equal((3, 2, 6), (instances.Sums.Turns, instances.Sums.HandedSums, instances.Sums.WaitedRows));
        Assert.Equal([1, 2, 0], instances.Rank[..3]);
        // Contiguous in the order of ranks: the first instance has what rank 0 sent, the home what rank 2 sent.
        Assert.Equal([[3, 0, 0], [0, 3, 0], [0, 0, 3]], instances.Tokens.Select(row => row[..3]));
    }

    [Fact]
    public void Open_EveryExpertAtHome_HasOneTurnAndNothingToWaitFor()
    {
        var instances = Open(new(4, 2, 1), new FixedPlanner([]), SplitOrder.Contiguous, [[5, 0, 1, 1], [0, 2, 0, 0]]);

        Assert.Equal((1, 0, 0), (instances.Sums.Turns, instances.Sums.HandedSums, instances.Sums.WaitedRows));
    }

    private static ExpertInstances Open(ExpertLayout layout, PlacementPlanner planner, SplitOrder order, int[][] counts)
    {
        var instances = new ExpertInstances(layout, planner, order: order);
        foreach (var (own, row) in counts.Zip(instances.Counts))
            own.CopyTo(row, 0);
        instances.Open();
        return instances;
    }

    private sealed class FixedPlanner((int Expert, int Rank, int Tokens)[] moves) : PlacementPlanner
    {
        public override string Name => "fixed";

        public override void Plan(int[] load, PlacementPlan plan)
        {
            plan.Reset(load);
            foreach (var (expert, rank, tokens) in moves)
                plan.Move(expert, rank, tokens);
            plan.Count();
        }
    }
}
