using Shardwright.Execution;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class RowTests
{
    public static TheoryData<int, int> Shapes => new() { { 0, 3 }, { 1, 1 }, { 3, 16 }, { 5, 37 }, { 4, 100 }, { 13, 50 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Softmax_AndGradient_AgreeWithDoubleReference(int rows, int columns)
    {
        var x = Numbers.Random(rows * columns, 1, -3, 3);
        var y = new float[x.Length];
        K.Softmax(x, y, rows, columns);
        Numbers.Near(Softmax(Numbers.Wide(x), columns), y);
        var dy = Numbers.Random(x.Length, 2);
        var dx = new float[x.Length];
        K.SoftmaxGradient(y, dy, dx, rows, columns);
        Numbers.Near(Numbers.Differences(at => Numbers.Dot(Numbers.Wide(dy), Softmax(at, columns)), Numbers.Wide(x)), dx);
    }

    [Fact]
    public void Softmax_LargeLogits_DoesNotOverflow()
    {
        var y = new float[3];
        K.Softmax([1000, 1001, float.NegativeInfinity], y, 1, 3);
        Numbers.Near([1 / (1 + Math.E), Math.E / (1 + Math.E), 0], y);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void RmsNorm_AndGradients_AgreeWithDoubleReference(int rows, int columns)
    {
        var x = Numbers.Random(rows * columns, 1, -2, 2);
        var gain = Numbers.Random(columns, 2);
        var y = new float[x.Length];
        var inverse = new float[rows];
        K.RmsNorm(x, gain, y, inverse, rows, columns, 1e-2f);
        var (wx, wgain) = (Numbers.Wide(x), Numbers.Wide(gain));
        Numbers.Near(RmsNorm(wx, wgain, columns), y);

        var dy = Numbers.Random(x.Length, 3);
        var dx = new float[x.Length];
        var dgain = new float[columns];
        K.RmsNormGradient(x, gain, inverse, dy, dx, rows, columns);
        K.RmsNormGainGradient(x, inverse, dy, dgain, Execution.Segments.Uniform(1, rows), columns);
        Numbers.Near(Numbers.Differences(at => Numbers.Dot(Numbers.Wide(dy), RmsNorm(at, wgain, columns)), wx), dx, 5e-6);
        Numbers.Near(Numbers.Differences(at => Numbers.Dot(Numbers.Wide(dy), RmsNorm(wx, at, columns)), wgain), dgain, 5e-6);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LayerNorm_AndGradients_AgreeWithDoubleReference(int rows, int columns)
    {
        var x = Numbers.Random(rows * columns, 1, 5, 9);
        var gain = Numbers.Random(columns, 2);
        var bias = Numbers.Random(columns, 3);
        var y = new float[x.Length];
        var (mean, inverse) = (new float[rows], new float[rows]);
        K.LayerNorm(x, gain, bias, y, mean, inverse, rows, columns, 1e-2f);
        var (wx, wgain, wbias) = (Numbers.Wide(x), Numbers.Wide(gain), Numbers.Wide(bias));
        Numbers.Near(LayerNorm(wx, wgain, wbias, columns), y, 5e-6);

        var dy = Numbers.Random(x.Length, 4);
        var dx = new float[x.Length];
        var (dgain, dbias) = (new float[columns], new float[columns]);
        K.LayerNormGradient(x, gain, mean, inverse, dy, dx, rows, columns);
        K.LayerNormGainGradient(x, mean, inverse, dy, dgain, Execution.Segments.Uniform(1, rows), columns);
        K.SumTokens(dy, dbias, Execution.Segments.Uniform(1, rows), columns);
        var wdy = Numbers.Wide(dy);
        Numbers.Near(Numbers.Differences(at => Numbers.Dot(wdy, LayerNorm(at, wgain, wbias, columns)), wx), dx, 1e-5);
        Numbers.Near(Numbers.Differences(at => Numbers.Dot(wdy, LayerNorm(wx, at, wbias, columns)), wgain), dgain, 1e-5);
        Numbers.Near(Numbers.Differences(at => Numbers.Dot(wdy, LayerNorm(wx, wgain, at, columns)), wbias), dbias, 1e-5);
    }

    [Fact]
    public void RowKernels_RowAlone_HasTheBitsOfTheRowAmongOthers()
    {
        // Kernels that sum one row while they write another look ahead by a number of rows that depends on the width.
        foreach (var columns in new[] { 1, 15, 16, 33, 100, 256, 300, 1030 })
        {
            const int Rows = 40;
            var x = Numbers.Random(Rows * columns, columns);
            var (gain, bias) = (Numbers.Random(columns, 2), Numbers.Random(columns, 3));
            var (softmax, norm, sums) = (new float[x.Length], new float[x.Length], new float[Rows]);
            var (layer, mean, inverse, log) = (new float[x.Length], new float[Rows], new float[Rows], new float[Rows]);
            K.Softmax(x, softmax, Rows, columns);
            K.RmsNorm(x, gain, norm, new float[Rows], Rows, columns, 1e-5f);
            K.LayerNorm(x, gain, bias, layer, mean, inverse, Rows, columns, 1e-5f);
            K.CrossEntropy(x, new int[Rows], default, new float[1], log, Segments.Uniform(1, Rows), columns);
            K.SumColumns(x, sums, Rows, columns);
            for (var row = 0; row < Rows; row++)
            {
                var from = x.AsSpan(row * columns, columns);
                var one = new float[columns];
                var (sum, other) = (new float[1], new float[1]);
                K.Softmax(from, one, 1, columns);
                Numbers.SameBits(softmax.AsSpan(row * columns, columns), one);
                K.RmsNorm(from, gain, one, new float[1], 1, columns, 1e-5f);
                Numbers.SameBits(norm.AsSpan(row * columns, columns), one);
                K.LayerNorm(from, gain, bias, one, sum, other, 1, columns, 1e-5f);
                Numbers.SameBits(layer.AsSpan(row * columns, columns), one);
                Numbers.SameBits(mean.AsSpan(row, 1), sum);
                Numbers.SameBits(inverse.AsSpan(row, 1), other);
                K.CrossEntropy(from, new int[1], default, sum, other, Segments.Uniform(1, 1), columns);
                Numbers.SameBits(log.AsSpan(row, 1), other);
                K.SumColumns(from, sum, 1, columns);
                Numbers.SameBits(sums.AsSpan(row, 1), sum);
            }
        }
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(3, 256)]
    [InlineData(21, 40)]
    [InlineData(21, 256)]
    [InlineData(5, 1030)]
    public void RowKernels_InPlace_HaveTheBitsOfACopy(int rows, int columns)
    {
        var x = Numbers.Random(rows * columns, 1, -3, 3);
        var (gain, bias) = (Numbers.Random(columns, 2), Numbers.Random(columns, 3));
        var (y, place) = (new float[x.Length], x.AsSpan().ToArray());
        K.Softmax(x, y, rows, columns);
        K.Softmax(place, place, rows, columns);
        Numbers.SameBits(y, place);

        var (statistic, other) = (new float[rows], new float[rows]);
        place = x.AsSpan().ToArray();
        K.RmsNorm(x, gain, y, statistic, rows, columns, 1e-5f);
        K.RmsNorm(place, gain, place, other, rows, columns, 1e-5f);
        Numbers.SameBits(y, place);
        Numbers.SameBits(statistic, other);

        var (mean, otherMean) = (new float[rows], new float[rows]);
        place = x.AsSpan().ToArray();
        K.LayerNorm(x, gain, bias, y, mean, statistic, rows, columns, 1e-5f);
        K.LayerNorm(place, gain, bias, place, otherMean, other, rows, columns, 1e-5f);
        Numbers.SameBits(y, place);
        Numbers.SameBits(mean, otherMean);
        Numbers.SameBits(statistic, other);
    }

    private static double[] Softmax(double[] x, int columns)
        => [.. x.Chunk(columns).SelectMany(row => row.Select(value => Math.Exp(value - row.Max()) / row.Sum(other => Math.Exp(other - row.Max()))))];

    private static double[] RmsNorm(double[] x, double[] gain, int columns)
        => [.. x.Chunk(columns).SelectMany(row => row.Select((value, c) => value * gain[c] / Math.Sqrt((row.Sum(other => other * other) / columns) + 0.01f)))];

    private static double[] LayerNorm(double[] x, double[] gain, double[] bias, int columns)
        => [.. x.Chunk(columns).SelectMany(row =>
        {
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + 0.01f);
            return row.Select((value, c) => ((value - mean) / deviation * gain[c]) + bias[c]);
        })];
}
