using SparseLanguage.Batches;

namespace Shardwright.Sample.Tests;

public sealed class WindowTests
{
    private const int Batch = 8, Context = 128;
    private static readonly byte[] Text = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7 + i / 256))];

    [Fact]
    public void Fill_SameSeedAndStep_GivesTheSameWindowsInAnyOrderOfSteps()
    {
        var (first, second) = (new WindowSampler(Text, Batch, Context, seed: 3), new WindowSampler(Text, Batch, Context, seed: 3));
        _ = Fill(second, 1);

        Assert.Equal(Fill(first, 5), Fill(second, 5));
        Assert.NotEqual(Fill(first, 5), Fill(first, 6));
        Assert.NotEqual(Fill(first, 5), Fill(new WindowSampler(Text, Batch, Context, seed: 4), 5));
    }

    [Fact]
    public void Fill_Targets_AreTheBytesAfterTheTokens()
    {
        var (tokens, targets) = (new int[Batch * Context], new int[Batch * Context]);
        var sampler = new WindowSampler(Text, Batch, Context, seed: 1);
        sampler.Fill(0, tokens, targets);

        for (var row = 0; row < Batch; row++)
        {
            var start = sampler.Start(0, row);
            Assert.Equal(Text.Skip(start).Take(Context).Select(value => (int)value), tokens.Skip(row * Context).Take(Context));
            Assert.Equal(Text.Skip(start + 1).Take(Context).Select(value => (int)value), targets.Skip(row * Context).Take(Context));
        }
    }

    [Fact]
    public void Start_ManySteps_ReachesEveryPlaceThatFits()
    {
        var sampler = new WindowSampler(new byte[Context + 10], Batch, Context, seed: 1);
        var places = Enumerable.Range(0, 100).SelectMany(step => Enumerable.Range(0, Batch).Select(row => sampler.Start(step, row))).Distinct().Order();

        Assert.Equal(Enumerable.Range(0, 10), places);
    }

    [Fact]
    public void Fill_AfterTheFirst_AllocatesNothing()
    {
        var sampler = new WindowSampler(Text, Batch, Context, seed: 1);
        var (tokens, targets) = (new int[Batch * Context], new int[Batch * Context]);
        sampler.Fill(0, tokens, targets);

        var before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Fill(1, tokens, targets);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(129, 32, 1)]
    [InlineData(5000, 32, 4)]
    [InlineData(500_000, 32, 32)]
    public void Spread_Text_GivesAsManyWholeBatchesAsFit(int length, int wanted, int batches)
        => Assert.Equal(batches, Windows.Spread(new byte[length], wanted, Batch, Context).Length);

    private static int[] Fill(WindowSampler sampler, int step)
    {
        var (tokens, targets) = (new int[Batch * Context], new int[Batch * Context]);
        sampler.Fill(step, tokens, targets);
        return [.. tokens, .. targets];
    }
}
