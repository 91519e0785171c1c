namespace Shardwright.Eager.Tests;

public sealed class NormalizationTests
{
    [Fact]
    public void Softmax_Rows_SumToOneAndEqualDoubleReference()
    {
        var x = Data.Random(1, 4, 3, 11);
        var y = Nn.Softmax(x);
        Data.AssertClose([.. Data.Flat(x).Chunk(11).SelectMany(row => row.Select(v => Math.Exp(v) / row.Sum(u => Math.Exp(u))))], y);
        Assert.All(Data.Flat(y).Chunk(11), row => Assert.Equal(1, row.Sum(v => (double)v), 1e-6));
    }

    // e^0 + e^-1 + e^-2 = 1.50321472…
    [Fact]
    public void Softmax_LargeInputs_TakesTheMaximumOut() =>
        Data.AssertClose([0.09003057, 0.24472847, 0.66524096], Nn.Softmax(Data.Of([1000, 1001, 1002], 3)), 1e-7);

    [Fact]
    public void Softmax_MaskedWithMinusInfinity_GivesZero() =>
        Assert.Equal([0.5f, 0f, 0.5f], Data.Flat(Nn.Softmax(Data.Of([3, float.NegativeInfinity, 3], 3))));

    [Fact]
    public void RmsNorm_ThreeFour_IsTheHandComputedRow() =>
        Data.AssertClose([3 / Math.Sqrt(12.5), 2 * 4 / Math.Sqrt(12.5)], Nn.RmsNorm(Data.Of([3, 4], 1, 2), Data.Of([1, 2], 2), epsilon: 0));

    [Theory]
    [InlineData(1e-5f)]
    [InlineData(0.5f)]
    public void RmsNorm_Rows_EqualDoubleReference(float epsilon)
    {
        var x = Data.Random(1, 2, 5, 33);
        var gain = Data.Random(2, 33);
        var g = Data.Flat(gain);
        Data.AssertClose(
            [.. Data.Flat(x).Chunk(33).SelectMany(row => row.Select((v, c) => v / Math.Sqrt(row.Average(u => (double)u * u) + epsilon) * g[c]))],
            Nn.RmsNorm(x, gain, epsilon));
    }

    [Theory]
    [InlineData(1e-5f)]
    [InlineData(0.5f)]
    public void LayerNorm_Rows_EqualDoubleReference(float epsilon)
    {
        var x = Data.Random(1, 2, 5, 33);
        var (gain, bias) = (Data.Random(2, 33), Data.Random(3, 33));
        var (g, b) = (Data.Flat(gain), Data.Flat(bias));
        Data.AssertClose(
            [.. Data.Flat(x).Chunk(33).SelectMany(row =>
            {
                var mean = row.Average(u => (double)u);
                var deviation = Math.Sqrt(row.Average(u => (u - mean) * (u - mean)) + epsilon);
                return row.Select((v, c) => (v - mean) / deviation * g[c] + b[c]);
            })],
            Nn.LayerNorm(x, gain, bias, epsilon));
    }

    [Fact]
    public void LayerNorm_LargeOffset_KeepsItsDigits()
    {
        var y = Nn.LayerNorm(Data.Of([4096, 4097, 4098, 4099], 1, 4), Data.Of([1, 1, 1, 1], 4), Data.Of([0, 0, 0, 0], 4), epsilon: 0);
        Data.AssertClose([-1.5 / Math.Sqrt(1.25), -0.5 / Math.Sqrt(1.25), 0.5 / Math.Sqrt(1.25), 1.5 / Math.Sqrt(1.25)], y);
    }

    [Fact]
    public void Norms_GainOfAnotherWidth_NameBothShapes()
    {
        Data.AssertMessage(() => Nn.RmsNorm(Data.Random(0, 3, 8), Data.Random(0, 4)), "Nn.RmsNorm", "[3, 8]", "[4]", "dimension 1 of x is 8");
        Data.AssertMessage(() => Nn.LayerNorm(Data.Random(0, 3, 8), Data.Random(0, 8), Data.Random(0, 1, 8)), "Nn.LayerNorm", "[3, 8]", "bias [1, 8]", "need bias [8]");
    }
}
