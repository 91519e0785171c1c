using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(4, 2)]
    [InlineData(6, 1)]
    public void CausalAttention_GroupedHeads_EqualsDoubleReference(int heads, int keyValueHeads)
    {
        const int batch = 2, length = 9, size = 6;
        Tensor<float> q = Data.Random(1, batch, length, heads * size), k = Data.Random(2, batch, length, keyValueHeads * size),
            v = Data.Random(3, batch, length, keyValueHeads * size);
        var y = Nn.CausalAttention(q, k, v, heads);
        Assert.Equal([batch, length, heads * size], Data.Shape(y));
        Data.AssertClose(Reference(q, k, v, batch, length, heads, keyValueHeads, size), y);
    }

    [Fact]
    public void CausalAttention_FirstPosition_IsItsOwnValue()
    {
        var v = Data.Random(3, 1, 5, 8);
        var y = Nn.CausalAttention(Data.Random(1, 1, 5, 8), Data.Random(2, 1, 5, 8), v, heads: 2);
        Assert.Equal(Data.Flat(v)[..8], Data.Flat(y)[..8]);
    }

    [Fact]
    public void CausalAttention_EqualKeys_AveragesTheValuesSoFar()
    {
        var y = Nn.CausalAttention(Data.Random(1, 1, 3, 1), Data.Of([1, 1, 1], 1, 3, 1), Data.Of([3, 6, 12], 1, 3, 1), heads: 1);
        Data.AssertClose([3, 4.5, 7], y);
    }

    [Fact]
    public void CausalAttention_LaterTokenChanges_EarlierOutputsKeepTheirBits()
    {
        float[] q = Data.Flat(Data.Random(1, 1, 6, 4)), k = Data.Flat(Data.Random(2, 1, 6, 4)), v = Data.Flat(Data.Random(3, 1, 6, 4));
        float[] Run() => Data.Flat(Nn.CausalAttention(Data.Of([.. q], 1, 6, 4), Data.Of([.. k], 1, 6, 4), Data.Of([.. v], 1, 6, 4), heads: 2));
        var before = Run();
        for (var c = 16; c < 20; c++)
            (q[c], k[c], v[c]) = (q[c] + 1, k[c] - 2, v[c] * 3);
        var after = Run();
        Assert.Equal(before[..16], after[..16]);
        Assert.NotEqual(before[16..20], after[16..20]);
        Assert.NotEqual(before[20..], after[20..]);
    }

    [Fact]
    public void CausalAttention_ShapesDoNotFit_NamesThemAndTheDimension()
    {
        static void Run(int[] q, int[] k, int[] v, int heads, params string[] parts) =>
            Data.AssertMessage(() => Nn.CausalAttention(Data.Random(0, q), Data.Random(0, k), Data.Random(0, v), heads), ["Nn.CausalAttention", .. parts]);

        Run([2, 3, 8], [2, 4, 8], [2, 4, 8], 2, "[2, 3, 8]", "[2, 4, 8]", "dimension 1 is 3 in q and 4 in k");
        Run([2, 3, 8], [2, 3, 8], [2, 3, 4], 2, "[2, 3, 8]", "[2, 3, 4]", "dimension 2 is 8 in k and 4 in v");
        Run([2, 3, 8], [2, 3, 8], [2, 3, 8], 3, "[2, 3, 8]", "3 heads", "dimension 2 of q is 8");
        Run([2, 3, 12], [2, 3, 8], [2, 3, 8], 3, "[2, 3, 12]", "[2, 3, 8]", "dimension 2 of k is 8", "head size of 4");
        Run([3, 8], [3, 8], [3, 8], 2, "[3, 8]", "need [batch, length, heads · head size]");
    }

    private static double[] Reference(Tensor<float> q, Tensor<float> k, Tensor<float> v, int batch, int length, int heads, int keyValueHeads, int size)
    {
        var y = new List<double>();
        for (var b = 0; b < batch; b++)
        {
            for (var i = 0; i < length; i++)
            {
                for (var h = 0; h < heads; h++)
                {
                    var offset = h / (heads / keyValueHeads) * size;
                    var scores = Enumerable.Range(0, i + 1).Select(j =>
                        Enumerable.Range(0, size).Sum(c => (double)q[[b, i, h * size + c]] * k[[b, j, offset + c]]) / Math.Sqrt(size)).ToArray();
                    var total = scores.Sum(Math.Exp);
                    y.AddRange(Enumerable.Range(0, size).Select(c => scores.Select((s, j) => Math.Exp(s) / total * v[[b, j, offset + c]]).Sum()));
                }
            }
        }

        return [.. y];
    }
}
