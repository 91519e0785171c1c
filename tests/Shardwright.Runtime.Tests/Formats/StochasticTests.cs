using Shardwright.Execution;
using Shardwright.Tests.Kernels;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Formats;

public sealed class StochasticTests
{
    public static TheoryData<NumberFormat> LowFormats => [.. FormatTable.All.Select(t => t.Format)];

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Round_Stochastically_GivesOneOfTheTwoNeighbours(NumberFormat format)
    {
        var table = FormatTable.Of(format);
        var x = table.Edges();
        for (var key = 0u; key < 16; key++)
        {
            var y = Rounded(x, format, key);
            for (var i = 0; i < x.Length; i++)
            {
                if (float.IsNaN(x[i]))
                {
                    Assert.True(float.IsNaN(y[i]) && float.IsNegative(x[i]) == float.IsNegative(y[i]) && (Bits(y[i]) & 0x400000) != 0);
                    continue;
                }

                var (lower, upper, _) = table.Neighbours(x[i]);
                if (Bits(y[i]) != Bits(lower) && Bits(y[i]) != Bits(upper))
                    Assert.Fail($"{format}, key {key}: {x[i]:R} became {y[i]:R}; need {lower:R} or {upper:R}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Round_OverManyKeys_GoesUpWithTheProbabilityOfTheDistance(NumberFormat format)
    {
        const int keys = 40_000;
        var table = FormatTable.Of(format);
        // Inside two binades, among the subnormals, below the smallest, and between the largest finite and what would follow it.
        var step = table.Magnitudes[1];
        var top = table.LargestFinite;
        var x = new[] { 1.01f, -1.7f, 3.3333f, -0.0501f, (float)(step * 1.25), (float)(-step * 3.9), (float)(step * 0.3), (float)(top * (1 + 1.0 / 64 * (format == NumberFormat.BFloat16 ? 0.1 : 1))) };
        var ups = new int[x.Length];
        for (var key = 0u; key < keys; key++)
        {
            var y = Rounded(x, format, key);
            for (var i = 0; i < x.Length; i++)
                ups[i] += Bits(y[i]) == Bits(table.Neighbours(x[i]).Lower) ? 0 : 1;
        }

        for (var i = 0; i < x.Length; i++)
        {
            // Where the format has no infinity the value beyond the largest finite saturates: both neighbours are one.
            var (lower, upper, probability) = table.Neighbours(x[i]);
            var expected = lower == upper ? 0 : probability;
            var deviation = Math.Sqrt(expected * (1 - expected) / keys);
            Assert.True(Math.Abs(ups[i] / (double)keys - expected) <= 5 * deviation + 1e-4, $"{format}: {x[i]:R} went up in {ups[i] / (double)keys} of the keys; need {expected}.");
        }
    }

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Round_OverManyElements_HasTheMeanOfItsInput(NumberFormat format)
    {
        const int count = 1 << 20;
        var x = new float[count];
        Array.Fill(x, 1.03f);
        var y = Rounded(x, format, 77);
        var (lower, upper, probability) = FormatTable.Of(format).Neighbours(1.03f);
        var deviation = (upper - lower) * Math.Sqrt(probability * (1 - probability) / count);
        Assert.True(Math.Abs(y.Average(v => (double)v) - 1.03f) <= 5 * deviation);
        // Neighbouring elements are as independent as distant ones.
        var both = Enumerable.Range(0, count - 1).Count(i => y[i] == upper && y[i + 1] == upper) / (double)count;
        Assert.InRange(both, probability * probability * 0.97, probability * probability * 1.03);
    }

    [Theory]
    [MemberData(nameof(LowFormats))]
    public void Round_AnySplitAndThreads_GivesTheSameBits(NumberFormat format)
    {
        var x = Numbers.Random(100_003, 5, -3, 3);
        const long first = (1L << 32) - 50_000; // the counter wraps inside
        var whole = x.ToArray();
        K.Round(whole, Rounding.Stochastic(format, 9, first));
        foreach (var threads in new[] { 1, 2, 3, 7 })
        {
            using var pool = new WorkPool(threads);
            WorkPool.Current = pool;
            var y = x.ToArray();
            K.Round(y, Rounding.Stochastic(format, 9, first));
            WorkPool.Current = null;
            Numbers.SameBits(whole, y);
        }

        var pieces = x.ToArray();
        for (int at = 0, length = 1; at < x.Length; at += length, length = length * 3 + 1)
            K.Round(pieces.AsSpan(at, Math.Min(length, x.Length - at)), Rounding.Stochastic(format, 9, first).Skip(at));
        Numbers.SameBits(whole, pieces);
    }

    [Fact]
    public void Round_DifferentKeysAndIndices_UseDifferentBits()
    {
        var x = new float[10_000];
        Array.Fill(x, 1 + 1f / 256); // halfway between two bf16 numbers
        var y = Rounded(x, NumberFormat.BFloat16, 0);
        var other = Rounded(x, NumberFormat.BFloat16, 1);
        Assert.InRange(y.Zip(other).Count(pair => pair.First == pair.Second), 4700, 5300);
        Assert.InRange(y.Zip(y.Skip(1)).Count(pair => pair.First == pair.Second), 4700, 5300);
    }

    [Fact]
    public void Round_Bits_AreThoseOfTheScalarHash()
    {
        // lowbias32 of Wellons (2018), written out.
        static uint Hash(uint h)
        {
            h = (h ^ (h >> 16)) * 0x7FEB352Du;
            h = (h ^ (h >> 15)) * 0x846CA68Bu;
            return h ^ (h >> 16);
        }

        var x = Numbers.Random(1000, 7);
        var y = Rounded(x, NumberFormat.BFloat16, 12345);
        for (var i = 0; i < x.Length; i++)
        {
            var random = Hash((uint)i + Hash(12345));
            Assert.Equal(random, RandomBits.At(12345, i));
            Assert.Equal((Bits(x[i]) + (random >> 16)) & 0xFFFF0000, Bits(y[i]));
        }
    }

    // AWS Neuron's example of its rounding modes adds 0.5 to 1024 two thousand and forty-eight times in fp16: to nearest the sum stays 1024, stochastically it comes near 2048.
    [Fact]
    public void Round_NeuronsExampleInBFloat16_NearestStaysAndStochasticReachesTheSum()
    {
        var nearest = new[] { 1024f };
        var sums = new float[64];
        Array.Fill(sums, 1024f);
        for (var step = 0u; step < 2048; step++)
        {
            nearest[0] += 0.5f;
            K.Round(nearest, NumberFormat.BFloat16);
            for (var i = 0; i < sums.Length; i++)
                sums[i] += 0.5f;
            K.Round(sums, Rounding.Stochastic(NumberFormat.BFloat16, step));
        }

        Assert.Equal(1024, nearest[0]);
        // A step of 8 taken with probability 1/16: variance 2048 · 8² / 16 · 15/16, standard deviation 88.
        Assert.All(sums, sum => Assert.InRange(sum, 2048 - 5 * 88, 2048 + 5 * 88));
        Assert.InRange(sums.Average(), 2048 - 5 * 88 / 8f, 2048 + 5 * 88 / 8f);
    }

    private static float[] Rounded(float[] x, NumberFormat format, uint key)
    {
        var y = x.ToArray();
        K.Round(y, Rounding.Stochastic(format, key));
        return y;
    }

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);
}
