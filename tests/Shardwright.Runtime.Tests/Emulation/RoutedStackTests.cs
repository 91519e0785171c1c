using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

public sealed unsafe class RoutedStackTests
{
    private static readonly NamedBuffer[] Buffers =
    [
        new("Embedding", 0, 1024, "weights"),
        new("Blocks[*].Experts[*].Gate", 1024, 4096, "weights"),
        new("gradient of Embedding", 5120, 1024, "gradients"),
        new("logits", 6144, 2048, "activations"),
    ];

    private static Arena NewArena(long capacity = 1 << 20, long routed = 1 << 20) => new(3, 8192, routed, capacity, Buffers);

    [Fact]
    public void Push_RowsOfAnyNumber_AlignsEverySubBufferTo64Bytes()
    {
        using var arena = NewArena();
        var stack = arena.Routed;
        foreach (int rows in new[] { 1, 0, 16, 37 })
        {
            stack.Push(rows, 28);
            for (int offset = 0; offset < 28; offset += 4)
                fixed (float* pointer = stack.Floats(offset, 1))
                    Assert.Equal(0, (nint)pointer % 64);
            Assert.Equal(rows * 3, stack.Floats(4, 3).Length);
        }
        Assert.Equal((16 + 0 + 16 + 48) * 28, stack.UsedBytes);
    }

    [Fact]
    public void Resize_OfTheTopFrame_KeepsSubBuffersBelowBothSizes()
    {
        using var arena = NewArena();
        var stack = arena.Routed;
        stack.Push(20, 8);
        stack.Floats(0, 2).Fill(1);
        stack.Push(5, 24);
        stack.Floats(0, 3).Fill(2);
        stack.Resize(12);
        Assert.Equal(32 * 8 + 16 * 12, stack.UsedBytes);
        stack.Resize(40);
        Assert.All(stack.Floats(0, 3).ToArray(), value => Assert.Equal(2, value));
        stack.Pop();
        Assert.All(stack.Floats(0, 2).ToArray(), value => Assert.Equal(1, value));
        stack.Pop();
        Assert.Equal((0, 0L, 32L * 8 + 16 * 40), (stack.Depth, stack.UsedBytes, stack.HighWaterBytes));
        Assert.Equal(8192 + stack.HighWaterBytes, arena.HighWaterBytes);
    }

    [Fact]
    public void Reserve_OnTop_CountsAndMustBeReleasedBeforeFramesChange()
    {
        using var arena = NewArena();
        var stack = arena.Routed;
        stack.Push(16, 4);
        long scratch = stack.Reserve(100);
        Assert.Equal(64 + 128, stack.UsedBytes);
        Assert.Equal(25, stack.Scratch(scratch, 25).Length);
        Assert.Throws<InvalidOperationException>(stack.Pop);
        stack.Release(scratch);
        stack.Pop();
        Assert.Equal(192, stack.HighWaterBytes);
    }

    [Fact]
    public void Floats_BeyondTheFrame_NamesGotAndNeed()
    {
        using var arena = NewArena();
        arena.Routed.Push(4, 16);
        Assert.Contains("bytes 8 to 20 of a row, need a range within the frame's 16",
            Assert.Throws<ArgumentOutOfRangeException>(() => arena.Routed.Floats(8, 3)).Message);
    }

    [Fact]
    public void Arena_StaticBytesBeyondTheCapacity_ListsTheLargestBuffersByClass()
    {
        var overflow = Assert.Throws<HbmOverflowException>(() => new Arena(3, 8192, 0, 8000, Buffers));
        Assert.Equal((3, 8192L, 8000L), (overflow.Rank, overflow.NeededBytes, overflow.CapacityBytes));
        Assert.Contains("Rank 3 is out of device memory (HBM): the program's static memory needs 8.00 KiB, the rank has 7.81 KiB", overflow.Message);
        string[] lines = overflow.Message.Split('\n');
        Assert.Equal(["Core", "TOTAL", "Weights", "Gradients", "Activations"], lines[1].Split('|', StringSplitOptions.TrimEntries));
        Assert.Equal(["rank 3", "8.00 KiB", "5.00 KiB", "1.00 KiB", "2.00 KiB"], lines[2].Split('|', StringSplitOptions.TrimEntries));
        Assert.Contains("Blocks[*].Experts[*].Gate", lines[4]);
        Assert.Contains("Fix: split the experts over more ranks", overflow.Message);
    }

    [Fact]
    public void Push_BeyondTheCapacity_NamesTheRoutedFramesAndTheFix()
    {
        using var arena = NewArena(capacity: 16384);
        arena.Routed.Push(16, 256);
        var overflow = Assert.Throws<HbmOverflowException>(() => arena.Routed.Push(40, 128));
        Assert.Equal((8192 + 4096 + 48 * 128, 16384L), (overflow.NeededBytes, overflow.CapacityBytes));
        Assert.Contains("routed frame 0: 16 rows × 256 B", overflow.Message);
        Assert.Contains("a routed frame of 40 rows × 128 B", overflow.Message);
        Assert.Contains("raise BalanceLoss", overflow.Message);
    }

    [Fact]
    public void Push_BeyondThePlansWorstCase_IsAnErrorOfThePlan()
    {
        using var arena = NewArena(routed: 1024);
        Assert.Contains("past the 9216 that the plan foresees", Assert.Throws<InvalidOperationException>(() => arena.Routed.Push(16, 128)).Message);
    }
}
