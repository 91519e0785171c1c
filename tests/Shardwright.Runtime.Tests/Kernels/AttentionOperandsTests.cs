using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class AttentionOperandsTests
{
    private const int Length = 75;
    private const int Size = 20;

    [Fact]
    public void CausalAttention_BFloat16_RoundsTheWeightsBeforeTheProduct()
    {
        var (q, k, v) = (Numbers.Random(Length * Size, 1, -2, 2), Numbers.Random(Length * Size, 2, -2, 2), Numbers.Random(Length * Size, 3));
        var (y, plain, logs) = (new float[q.Length], new float[q.Length], new float[Length]);
        K.CausalAttention(q, k, v, plain, logs, 1, Length, 1, 1, Size);
        K.CausalAttention(q, k, v, y, logs, 1, Length, 1, 1, Size, NumberFormat.BFloat16);
        var expected = new double[q.Length];
        for (var i = 0; i < Length; i++)
        {
            var scores = Scores(q, k, i);
            var weights = Numbers.Map(scores, score => Math.Exp(score - scores.Max()));
            for (var c = 0; c < Size; c++)
                expected[(i * Size) + c] = Enumerable.Range(0, i + 1).Sum(j => BFloat16(weights[j]) * v[(j * Size) + c]) / weights.Sum();
        }

        Numbers.Near(expected, y, 1e-5);
        Assert.True(Enumerable.Range(0, y.Length).Max(i => Math.Abs(y[i] - plain[i])) > 1e-4, "nothing was rounded");
    }

    [Fact]
    public void CausalAttentionGradient_BFloat16_RoundsProbabilitiesAndScoreGradientsBeforeTheProducts()
    {
        var (q, k, v, dy) = (Numbers.Random(Length * Size, 1, -2, 2), Numbers.Random(Length * Size, 2, -2, 2), Numbers.Random(Length * Size, 3), Numbers.Random(Length * Size, 4));
        var (y, logs) = (new float[q.Length], new float[Length]);
        K.CausalAttention(q, k, v, y, logs, 1, Length, 1, 1, Size, NumberFormat.BFloat16);
        var (dq, dk, dv) = (new float[q.Length], new float[q.Length], new float[q.Length]);
        K.CausalAttentionGradient(q, k, v, y, logs, dy, dq, dk, dv, 1, Length, 1, 1, Size, NumberFormat.BFloat16);
        var (wq, wk, wv) = (new double[q.Length], new double[q.Length], new double[q.Length]);
        for (var i = 0; i < Length; i++)
        {
            var scores = Scores(q, k, i);
            var delta = Enumerable.Range(i * Size, Size).Sum(at => (double)dy[at] * y[at]);
            for (var j = 0; j <= i; j++)
            {
                var p = Math.Exp(scores[j] - logs[i]);
                var product = Enumerable.Range(0, Size).Sum(c => (double)dy[(i * Size) + c] * v[(j * Size) + c]);
                var ds = BFloat16(p * (product - delta) / Math.Sqrt(Size));
                for (var c = 0; c < Size; c++)
                {
                    wq[(i * Size) + c] += ds * k[(j * Size) + c];
                    wk[(j * Size) + c] += ds * q[(i * Size) + c];
                    wv[(j * Size) + c] += BFloat16(p) * dy[(i * Size) + c];
                }
            }
        }

        // A few of the 2,850 values lie so close to a tie that float and double round them apart.
        Numbers.Near(wq, dq, 2e-4);
        Numbers.Near(wk, dk, 2e-4);
        Numbers.Near(wv, dv, 2e-4);
    }

    [Fact]
    public void CausalAttention_EightBitOperands_IsAnErrorThatSaysWhatThereIs()
    {
        var one = new float[1];
        var error = Assert.Throws<ArgumentException>(() => K.CausalAttention(one, one, one, one, one, 1, 1, 1, 1, 1, NumberFormat.Float8E4M3));
        Assert.Contains("operands is Float8E4M3; need Float32 or BFloat16", error.Message);
    }

    private static double[] Scores(float[] q, float[] k, int query)
        => [.. Enumerable.Range(0, query + 1).Select(j => Enumerable.Range(0, Size).Sum(c => (double)q[(query * Size) + c] * k[(j * Size) + c]) / Math.Sqrt(Size))];

    private static double BFloat16(double value)
    {
        var bits = BitConverter.SingleToUInt32Bits((float)value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF_0000);
    }
}
