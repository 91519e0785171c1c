using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Tests;

/// <summary>The planner skips work that cannot change its answer; here the same search is written out in full.</summary>
public sealed class PlanMemorySearchTests
{
    private static readonly Func<ArenaBuffer, IComparable>[] Keys =
    [
        b => -b.Bytes,
        b => -(b.Last - b.First),
        b => -b.Bytes * (b.Last - b.First + 1),
        b => (-(b.Last - b.First), -b.Bytes),
        b => b.First,
        b => -b.Last,
    ];

    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 40)]
    [InlineData(3, 150)]
    public void Run_WhateverItSkips_PlacesAsTheFullSearch(int seed, int count)
    {
        var random = new Random(seed);
        for (int trial = 0; trial < 30; trial++)
        {
            var buffers = Buffers(random, count);
            var placed = Buffers(random, trial % 2 * 5);
            PlanMemory.Run(placed, PlanMemory.Alignment);
            var (extent, offsets) = Search(buffers, placed);

            Assert.Equal(extent, PlanMemory.Run(buffers, PlanMemory.Alignment, placed));
            Assert.Equal(offsets, buffers.Select(b => b.Offset));
        }
    }

    [Fact]
    public void Find_OneMoreBuffer_LiesWhereTheFullSearchPutsIt()
    {
        var random = new Random(4);
        for (int trial = 0; trial < 100; trial++)
        {
            var placed = Buffers(random, 30);
            PlanMemory.Run(placed, PlanMemory.Alignment);
            var sorted = new OffsetOrder(placed, PlanMemory.Alignment);
            var one = Buffers(random, 1)[0];
            var (extent, offsets) = Search([one], placed);

            one.Offset = sorted.Find(one, bestFit: false);
            long end = sorted.EndOf(one);

            Assert.Equal(offsets[0], one.Offset);
            Assert.Equal(extent, Math.Max(end, placed.Max(b => b.Offset + PlanMemory.Align(b.Bytes, PlanMemory.Alignment))));
        }
    }

    // Every order with both ways of choosing a gap; the first of the smallest wins.
    private static (long Extent, List<long> Offsets) Search(List<ArenaBuffer> buffers, List<ArenaBuffer> placed)
    {
        var tries = Keys.SelectMany(key => new[] { false, true }.Select(bestFit => Place(buffers.OrderBy(key), placed, bestFit)).Select(extent => (extent, buffers.Select(b => b.Offset).ToList())).ToList()).ToList();
        return tries.MinBy(t => t.extent);
    }

    private static long Place(IEnumerable<ArenaBuffer> buffers, List<ArenaBuffer> placed, bool bestFit)
    {
        var done = placed.ToList();
        foreach (var buffer in buffers)
        {
            long size = Size(buffer), position = 0;
            var gaps = new List<(long Position, long Size)>();
            foreach (var other in done.Where(d => d.First <= buffer.Last && buffer.First <= d.Last).OrderBy(d => d.Offset))
            {
                gaps.Add((position, other.Offset - position));
                position = Math.Max(position, other.Offset + Size(other));
            }
            var fitting = gaps.Where(g => g.Size >= size).ToList();
            buffer.Offset = fitting.Count == 0 ? position : bestFit ? fitting.MinBy(g => g.Size).Position : fitting[0].Position;
            done.Add(buffer);
        }
        return done.Count == 0 ? 0 : done.Max(b => b.Offset + Size(b));
    }

    private static long Size(ArenaBuffer buffer) => PlanMemory.Align(buffer.Bytes, PlanMemory.Alignment);

    private static List<ArenaBuffer> Buffers(Random random, int count)
    {
        var region = new Region(null);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int first = random.Next(60);
            return new ArenaBuffer(new Value("b" + i, default) { Region = region }) { SlotBytes = random.Next(1, 40) * 100, First = first, Last = first + random.Next(1, 30) };
        })];
    }
}
