using Shardwright.Compiler.Graph;
using Shardwright.Compiler.Passes;
using Shardwright.Compiler.Plan;

namespace Shardwright.Compiler.Tests;

/// <summary>The planner against the best plan there is, found by trying every order.</summary>
public sealed class PlanMemoryTests
{
    private const int Trials = 300;

    [Fact]
    public void Run_UpToSixBuffers_IsNearlyAlwaysTheBestAndNeverFarFromIt()
    {
        var random = new Random(1);
        var optimal = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var buffers = Buffers(random, random.Next(1, 7));

            var extent = PlanMemory.Run(buffers, PlanMemory.Alignment);

            var best = Permutations(buffers).Min(Stack);
            Assert.InRange(extent, Math.Max(best, PlanMemory.LowerBound(buffers, PlanMemory.Alignment)), best + (best / 4));
            optimal += extent == best ? 1 : 0;
        }
        Assert.InRange(optimal, Trials * 95 / 100, Trials);
    }

    [Fact]
    public void Run_ManyBuffers_PlacesThemApartAlignedAndInside()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 50; trial++)
        {
            var buffers = Buffers(random, 60);

            var extent = PlanMemory.Run(buffers, PlanMemory.Alignment);

            Assert.All(buffers, b => Assert.Equal(0, b.Offset % PlanMemory.Alignment));
            Assert.Equal(extent, buffers.Max(b => b.Offset + PlanMemory.Align(b.Bytes, PlanMemory.Alignment)));
            AssertApart(buffers);
        }
    }

    [Fact]
    public void Run_SomeBuffersPlaced_KeepsThemAndGoesAround()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 50; trial++)
        {
            List<ArenaBuffer> placed = Buffers(random, 3), others = Buffers(random, 10);
            var offset = 0L;
            foreach (var buffer in placed)
            {
                buffer.Offset = offset;
                offset += buffer.Bytes;
            }
            var before = placed.Select(b => b.Offset).ToList();

            PlanMemory.Run(others, 4, placed);

            Assert.Equal(before, placed.Select(b => b.Offset));
            AssertApart([.. placed, .. others]);
        }
    }

    [Fact]
    public void LowerBound_AnyBuffers_IsTheMostBytesAliveAtOnePosition()
    {
        var random = new Random(4);
        for (var trial = 0; trial < 100; trial++)
        {
            var buffers = Buffers(random, 20);

            var most = Enumerable.Range(0, 16).Max(p => buffers.Where(b => b.First <= p && p <= b.Last).Sum(b => PlanMemory.Align(b.Bytes, PlanMemory.Alignment)));

            Assert.Equal(most, PlanMemory.LowerBound(buffers, PlanMemory.Alignment));
        }
    }

    private static List<ArenaBuffer> Buffers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            int first = random.Next(0, 12), last = Math.Min(15, first + random.Next(0, 8));
            return new ArenaBuffer(new Value("b" + i, default) { Region = new Region(null) }) { SlotBytes = 4 * random.Next(1, 200), First = first, Last = last };
        })];

    /// <summary>
    /// Each buffer as low as the ones before it allow. In an optimal plan every buffer can be pushed down until it rests on another; placing by ascending offset rebuilds it, so some order is optimal.
    /// </summary>
    private static long Stack(IReadOnlyList<ArenaBuffer> order)
    {
        var tops = new long[order.Count];
        for (var i = 0; i < order.Count; i++)
        {
            for (var j = 0; j < i; j++)
                if (Together(order[i], order[j]))
                    tops[i] = Math.Max(tops[i], tops[j]);
            tops[i] += PlanMemory.Align(order[i].Bytes, PlanMemory.Alignment);
        }
        return tops.Max();
    }

    private static IEnumerable<IReadOnlyList<ArenaBuffer>> Permutations(IReadOnlyList<ArenaBuffer> items) => items.Count <= 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (IReadOnlyList<ArenaBuffer>)[first, .. rest]));

    private static bool Together(ArenaBuffer a, ArenaBuffer b) => a.First <= b.Last && b.First <= a.Last;

    private static void AssertApart(IReadOnlyList<ArenaBuffer> buffers)
    {
        for (var i = 0; i < buffers.Count; i++)
            for (var j = 0; j < i; j++)
                Assert.False(Together(buffers[i], buffers[j]) && buffers[i].Offset < buffers[j].Offset + buffers[j].Bytes && buffers[j].Offset < buffers[i].Offset + buffers[i].Bytes, $"{i} and {j} overlap");
    }
}
