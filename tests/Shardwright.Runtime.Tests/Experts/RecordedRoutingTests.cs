namespace Shardwright.Runtime.Tests;

public sealed class RecordedRoutingTests
{
    [Fact]
    public void Select_WhileRecording_KeepsTheRoutersChoiceInTheGlobalTable()
    {
        var routing = new RecordedRouting();
        routing.Select(new(4, 1, 0, 2, FirstToken: 2, Tokens: 4), [0, 3, 2, 5, 1, 4], (int[])[1, 0], rows: 2, expertCount: 3, k: 1);
        routing.Select(new(4, 1, 0, 2, FirstToken: 0, Tokens: 4), [9, 3, 2, 5, 1, 7], (int[])[0, 2], rows: 2, expertCount: 3, k: 1);
        Assert.Equal([0, 2, 1, 0], routing.Experts(4, 1, 0, 2).ToArray());
    }

    [Fact]
    public void Select_WhileReplaying_IgnoresTheLogits()
    {
        var routing = new RecordedRouting { Replaying = true };
        routing.Set(0, 0, 0, 0, [2, 1, 0, 2]);
        int[] experts = new int[2];
        routing.Select(new(0, 0, 0, 0, FirstToken: 1, Tokens: 4), new float[6], experts, rows: 2, expertCount: 3, k: 1);
        Assert.Equal([1, 0], experts);
    }

    [Fact]
    public void Select_ReplayOfSomethingNotRecorded_NamesWhere()
    {
        var routing = new RecordedRouting { Replaying = true };
        Assert.Contains("step 7, micro-batch 0, site 1, layer 3",
            Assert.Throws<InvalidOperationException>(() => routing.Select(new(7, 0, 1, 3, 0, 1), new float[2], new int[1], 1, 2, 1)).Message);
    }
}
