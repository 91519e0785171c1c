namespace Shardwright.Eager.Tests;

public sealed class CounterRandomTests
{
    // The three vectors of kat_vectors in Random123, the authors' distribution.
    [Theory]
    [InlineData(0ul, 0ul, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x85a308d3243f6a88ul, 0x0370734413198a2eul, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_PublishedVectors_Match(ulong low, ulong high, ulong key, uint word0, uint word1, uint word2, uint word3) =>
        Assert.Equal((word0, word1, word2, word3), CounterRandom.Philox(low, high, key));

    [Theory]
    [InlineData("", 0xcbf29ce484222325ul)]
    [InlineData("a", 0xaf63dc4c8601ec8cul)]
    [InlineData("foobar", 0x85944171f73967e8ul)]
    public void HashPath_PublishedFnvVectors_Match(string path, ulong hash) => Assert.Equal(hash, CounterRandom.HashPath(path));

    [Fact]
    public void SplitMix_StateZero_IsThePublishedFirstOutput() => Assert.Equal(0xE220A8397B1DCDAFul, CounterRandom.SplitMix(0));

    [Fact]
    public void Key_PathOrSeedDiffers_Differs()
    {
        var keys = from seed in Enumerable.Range(0, 100) from layer in Enumerable.Range(0, 100) select CounterRandom.Key((ulong)seed, $"Blocks[{layer}].Query");
        Assert.Equal(10_000, keys.Distinct().Count());
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 1)]
    [InlineData(3, 14)]
    [InlineData(6, 3)]
    [InlineData((1L << 40) + 5, 9)]
    public void Fill_AnyWindow_IsTheStreamAtItsIndices(long first, int count)
    {
        const ulong key = 42;
        float[] uniform = new float[count], normal = new float[count];
        CounterRandom.FillUniform(uniform, key, first);
        CounterRandom.FillNormal(normal, key, first);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(CounterRandom.UniformAt(key, first + i), uniform[i]);
            Assert.Equal(CounterRandom.NormalAt(key, first + i), normal[i]);
        }
    }

    [Fact]
    public void FillUniform_AMillion_IsUniform()
    {
        var drawn = new float[1_000_000];
        CounterRandom.FillUniform(drawn, CounterRandom.Key(1, "uniform"));
        Assert.All(drawn, u => Assert.InRange(u, 0f, 1f - 1f / (1 << 24)));

        // χ² with 99 degrees of freedom: 99 ± 14, so below 170 but for one seed in 100,000.
        var bins = new int[100];
        foreach (var u in drawn)
            bins[(int)(u * 100)]++;
        Assert.True(bins.Sum(n => Math.Pow(n - 10_000, 2) / 10_000) < 170);
    }

    [Fact]
    public void FillNormal_AMillion_HasTheNormalsMoments()
    {
        var drawn = new float[1_000_000];
        CounterRandom.FillNormal(drawn, CounterRandom.Key(1, "normal"));
        Assert.Equal(0, drawn.Average(v => (double)v), 0.005);
        Assert.Equal(1, drawn.Average(v => (double)v * v), 0.01);
        Assert.Equal(3, drawn.Average(v => Math.Pow(v, 4)), 0.05);
        Assert.Equal(0.05, drawn.Count(v => Math.Abs(v) > 1.959964) / 1e6, 0.002);
        Assert.Equal(0, drawn.Zip(drawn.Skip(1), (a, b) => (double)a * b).Average(), 0.005);
    }
}
