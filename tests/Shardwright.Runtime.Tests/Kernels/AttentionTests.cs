using K = Shardwright.Execution.Kernels;

namespace Shardwright.Tests.Kernels;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(2, 7, 2, 2, 4)]
    [InlineData(1, 13, 4, 2, 6)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(2, 70, 4, 1, 16)]
    [InlineData(1, 130, 1, 1, 66)]
    [InlineData(0, 5, 1, 1, 4)]
    [InlineData(2, 0, 1, 1, 4)]
    [InlineData(1, 193, 2, 1, 64)]
    [InlineData(1, 401, 3, 1, 20)]
    [InlineData(1, 1, 3, 3, 130)]
    public void CausalAttention_AnyShape_AgreesWithDoubleReference(int batch, int length, int heads, int keyValueHeads, int size)
    {
        var (q, k, v, _) = Inputs(batch, length, heads, keyValueHeads, size);
        var y = new float[q.Length];
        K.CausalAttention(q, k, v, y, new float[batch * heads * length], batch, length, heads, keyValueHeads, size);
        Numbers.Near(Reference(Numbers.Wide(q), Numbers.Wide(k), Numbers.Wide(v), batch, length, heads, keyValueHeads, size), y);
    }

    [Theory]
    [InlineData(2, 5, 2, 2, 4)]
    [InlineData(1, 9, 4, 2, 3)]
    [InlineData(1, 53, 2, 1, 2)]
    [InlineData(1, 2, 2, 1, 3)]
    [InlineData(1, 7, 1, 1, 65)]
    public void CausalAttentionGradient_AnyShape_AgreesWithFiniteDifferences(int batch, int length, int heads, int keyValueHeads, int size)
    {
        var (q, k, v, dy) = Inputs(batch, length, heads, keyValueHeads, size);
        var (dq, dk, dv) = Gradients(q, k, v, dy, batch, length, heads, keyValueHeads, size);
        var (wq, wk, wv, wdy) = (Numbers.Wide(q), Numbers.Wide(k), Numbers.Wide(v), Numbers.Wide(dy));
        double Loss(double[] a, double[] b, double[] c) => Numbers.Dot(wdy, Reference(a, b, c, batch, length, heads, keyValueHeads, size));
        Numbers.Near(Numbers.Differences(at => Loss(at, wk, wv), wq), dq, 5e-6);
        Numbers.Near(Numbers.Differences(at => Loss(wq, at, wv), wk), dk, 5e-6);
        Numbers.Near(Numbers.Differences(at => Loss(wq, wk, at), wv), dv, 5e-6);
    }

    [Fact]
    public void CausalAttention_LongerSequence_KeepsTheBitsOfEarlierPositions()
    {
        const int Size = 16;
        var (q, k, v, _) = Inputs(1, 100, 1, 1, Size);
        var whole = new float[100 * Size];
        K.CausalAttention(q, k, v, whole, new float[100], 1, 100, 1, 1, Size);
        foreach (var length in new[] { 1, 5, 17, 64, 65, 99 })
        {
            var part = new float[length * Size];
            K.CausalAttention(q.AsSpan(0, length * Size), k.AsSpan(0, length * Size), v.AsSpan(0, length * Size), part, new float[length], 1, length, 1, 1, Size);
            Numbers.SameBits(whole.AsSpan(0, length * Size), part);
        }
    }

    [Fact]
    public void CausalAttentionGradient_TwoSequences_EqualsEachAlone()
    {
        const int Length = 50, Size = 8;
        var (q, k, v, dy) = Inputs(2, Length, 2, 1, Size);
        var (dq, dk, dv) = Gradients(q, k, v, dy, 2, Length, 2, 1, Size);
        var (q1, k1, v1) = Gradients(q[(q.Length / 2)..], k[(k.Length / 2)..], v[(v.Length / 2)..], dy[(dy.Length / 2)..], 1, Length, 2, 1, Size);
        Numbers.SameBits(q1, dq.AsSpan(dq.Length / 2));
        Numbers.SameBits(k1, dk.AsSpan(dk.Length / 2));
        Numbers.SameBits(v1, dv.AsSpan(dv.Length / 2));
    }

    [Fact]
    public void CausalAttention_HeadsNotDivisible_IsAnError()
    {
        var error = Assert.Throws<ArgumentException>(() => K.CausalAttention(new float[3], new float[2], new float[2], new float[3], new float[3], 1, 1, 3, 2, 1));
        Assert.Contains("2 key-value heads for 3 heads", error.Message);
    }

    private static (float[] Q, float[] K, float[] V, float[] Dy) Inputs(int batch, int length, int heads, int keyValueHeads, int size)
        => (Numbers.Random(batch * length * heads * size, 1, -2, 2), Numbers.Random(batch * length * keyValueHeads * size, 2, -2, 2),
            Numbers.Random(batch * length * keyValueHeads * size, 3), Numbers.Random(batch * length * heads * size, 4));

    private static (float[] Dq, float[] Dk, float[] Dv) Gradients(float[] q, float[] k, float[] v, float[] dy, int batch, int length, int heads, int keyValueHeads, int size)
    {
        var y = new float[q.Length];
        var log = new float[batch * heads * length];
        K.CausalAttention(q, k, v, y, log, batch, length, heads, keyValueHeads, size);
        var (dq, dk, dv) = (new float[q.Length], new float[k.Length], new float[v.Length]);
        K.CausalAttentionGradient(q, k, v, y, log, dy, dq, dk, dv, batch, length, heads, keyValueHeads, size);
        return (dq, dk, dv);
    }

    private static double[] Reference(double[] q, double[] k, double[] v, int batch, int length, int heads, int keyValueHeads, int size)
    {
        var y = new double[q.Length];
        for (var b = 0; b < batch; b++)
        {
            for (var h = 0; h < heads; h++)
            {
                for (var i = 0; i < length; i++)
                {
                    var at = ((((b * length) + i) * heads) + h) * size;
                    int Key(int j) => ((((b * length) + j) * keyValueHeads) + (h / (heads / keyValueHeads))) * size;
                    var scores = Enumerable.Range(0, i + 1).Select(j => Enumerable.Range(0, size).Sum(c => q[at + c] * k[Key(j) + c]) / Math.Sqrt(size)).ToArray();
                    var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                    for (var c = 0; c < size; c++)
                        y[at + c] = Enumerable.Range(0, i + 1).Sum(j => weights[j] * v[Key(j) + c]) / weights.Sum();
                }
            }
        }

        return y;
    }
}
