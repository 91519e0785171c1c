using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class MatMulTests
{
    [Fact]
    public void MatMul_TwoByTwo_IsTheHandComputedProduct() =>
        Assert.Equal([19f, 22f, 43f, 50f], Data.Flat(Nn.MatMul(Data.Of([1, 2, 3, 4], 2, 2), Data.Of([5, 6, 7, 8], 2, 2))));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(17, 33, 19)]
    public void MatMul_SharedMatrix_EqualsDoubleReference(int m, int k, int n)
    {
        Tensor<float> a = Data.Random(1, 2, m, k), b = Data.Random(2, k, n);
        var y = Nn.MatMul(a, b);
        Assert.Equal([2, m, n], Data.Shape(y));
        Data.AssertClose(Reference(Data.Flat(a), Data.Flat(b), 2 * m, k, n), y, 1e-5);
    }

    // The one order of summation: a chain of fused multiply-adds from +0 in ascending k, for every element, whatever its column.
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(45)]
    public void MatMul_EveryElement_HasTheBitsOfTheAscendingFusedChain(int n)
    {
        const int m = 3, k = 29;
        float[] a = Data.Flat(Data.Random(1, m, k)), b = Data.Flat(Data.Random(2, k, n));
        var y = Data.Flat(Nn.MatMul(Data.Of(a, m, k), Data.Of(b, k, n)));
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var chain = 0f;
                for (var p = 0; p < k; p++)
                    chain = MathF.FusedMultiplyAdd(a[i * k + p], b[p * n + j], chain);
                Assert.Equal(BitConverter.SingleToInt32Bits(chain), BitConverter.SingleToInt32Bits(y[i * n + j]));
            }
        }
    }

    [Fact]
    public void MatMul_BatchOfMatrices_UsesOneForEachLeadingIndex()
    {
        Tensor<float> a = Data.Random(1, 2, 3, 4, 5), b = Data.Random(2, 2, 3, 5, 6);
        float[] left = Data.Flat(a), right = Data.Flat(b);
        var expected = new List<double>();
        for (var matrix = 0; matrix < 6; matrix++)
            expected.AddRange(Reference(left[(matrix * 20)..], right[(matrix * 30)..], 4, 5, 6));
        Data.AssertClose([.. expected], Nn.MatMul(a, b));
    }

    [Fact]
    public void MatMul_StridedOperands_EqualDenseOnes()
    {
        Tensor<float> a = Data.Random(1, 4, 3), b = Data.Random(2, 5, 4);
        var strided = Nn.MatMul(Tensor.PermuteDimensions(a, [1, 0]), Tensor.PermuteDimensions(b, [1, 0]));
        Assert.Equal(Data.Flat(Nn.MatMul(Nn.Transpose(a), Nn.Transpose(b))), Data.Flat(strided));

        var sliced = Data.Random(3, 6, 6)[1..4, 2..6];
        Assert.False(sliced.IsDense);
        Assert.Equal(Data.Flat(Nn.MatMul(Data.Of(Data.Flat(sliced), 3, 4), a)), Data.Flat(Nn.MatMul(sliced, a)));
    }

    [Fact]
    public void MatMul_ARow_HasTheSameBitsAloneAndAmongOthers()
    {
        Tensor<float> a = Data.Random(1, 9, 37), b = Data.Random(2, 37, 21);
        var together = Data.Flat(Nn.MatMul(a, b));
        var alone = Data.Flat(Nn.MatMul(Data.Of(Data.Flat(a)[(5 * 37)..(6 * 37)], 1, 37), b));
        Assert.Equal(alone, together[(5 * 21)..(6 * 21)]);
    }

    [Fact]
    public void MatMul_ShapesDoNotFit_NamesBothAndTheDimension()
    {
        Data.AssertMessage(() => Nn.MatMul(Data.Random(0, 4, 8), Data.Random(0, 16, 2)),
            "Nn.MatMul", "[4, 8]", "[16, 2]", "dimension 1 of a is 8", "dimension 0 of b is 16", "Transpose");
        Data.AssertMessage(() => Nn.MatMul(Data.Random(0, 2, 4, 8), Data.Random(0, 3, 8, 2)), "Nn.MatMul", "[2, 4, 8]", "[3, 8, 2]", "dimension 0 is 2 in a and 3 in b");
        Data.AssertMessage(() => Nn.MatMul(Data.Random(0, 4, 8), Data.Random(0, 3, 8, 2)), "Nn.MatMul", "[4, 8]", "[3, 8, 2]");
        Data.AssertMessage(() => Nn.MatMul(Data.Random(0, 8), Data.Random(0, 8, 2)), "Nn.MatMul", "[8]", "[8, 2]", "two or more");
    }

    private static double[] Reference(float[] a, float[] b, int m, int k, int n)
    {
        var y = new double[m * n];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                for (var p = 0; p < k; p++)
                    y[i * n + j] += (double)a[i * k + p] * b[p * n + j];
            }
        }

        return y;
    }
}
