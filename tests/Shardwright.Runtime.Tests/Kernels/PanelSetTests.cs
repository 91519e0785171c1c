using Shardwright.Execution;

namespace Shardwright.Runtime.Tests;

/// <summary>Ranks that hold the same weights pack them once: nobody packs twice, nobody reads what is half packed, and a failure is nobody else's.</summary>
public sealed unsafe class PanelSetTests
{
    private const int Matrices = 5, Inner = 3, Columns = 16;

    [Theory, InlineData(1, 1), InlineData(8, 1), InlineData(8, 2), InlineData(6, 3)]
    public void Get_AllRanksAtOnce_EachMatrixIsPackedOnceAVersion(int ranks, int cores)
    {
        using var cluster = new EmulatedCluster(ranks, cores: cores);
        using var set = new PanelSet(Matrices, Inner, Columns);
        int[] packs = new int[Matrices];
        for (int version = 1; version <= 50; version++)
        {
            int current = version;
            cluster.Run(rank =>
            {
                for (int i = 0; i < Matrices; i++)
                {
                    // Some start with all matrices, the others with one, each with another.
                    int first = rank % 3 == 0 ? 0 : (rank + i) % Matrices, count = rank % 3 == 0 ? Matrices : 1;
                    var panels = set.Get(first, count, current, new Source(packs, current));
                    for (int matrix = 0; matrix < count; matrix++)
                        for (int element = 0; element < Inner * Columns; element++)
                            Assert.Equal(Value(current, first + matrix), panels.At(matrix, 0)[element]);
                }
            });
            Assert.All(packs, packed => Assert.Equal(current, packed));
        }
    }

    [Fact]
    public void Get_PackingFails_WhoComesNextPacksForItself()
    {
        using var set = new PanelSet(Matrices, Inner, Columns);
        Assert.Throws<InvalidDataException>(() => set.Get(1, 2, 1, new Failing()));
        int[] packs = new int[Matrices];
        Assert.Equal(Value(1, 2), set.Get(1, 2, 1, new Source(packs, 1)).At(1, 0)[0]);
        Assert.Equal([0, 1, 1, 0, 0], packs);
    }

    [Fact]
    public void Get_WeightsOfAnEarlierUpdate_IsRefused()
    {
        using var set = new PanelSet(Matrices, Inner, Columns);
        int[] packs = new int[Matrices];
        set.Get(0, 1, 3, new Source(packs, 3));
        Assert.Contains("before update 1 when another rank has packed those after update 2", Assert.Throws<InvalidOperationException>(() => set.Get(0, 1, 2, new Source(packs, 2))).Message);
    }

    private static float Value(int version, int matrix) => version * 100 + matrix;

    private readonly struct Source(int[] packs, int version) : IPanelSource
    {
        public void Pack(float* target, int first, int count)
        {
            for (int matrix = 0; matrix < count; matrix++)
            {
                Interlocked.Increment(ref packs[first + matrix]);
                Thread.SpinWait(50);
                new Span<float>(target + matrix * Inner * Columns, Inner * Columns).Fill(Value(version, first + matrix));
            }
        }
    }

    private readonly struct Failing : IPanelSource
    {
        public void Pack(float* target, int first, int count) => throw new InvalidDataException("packing");
    }
}
