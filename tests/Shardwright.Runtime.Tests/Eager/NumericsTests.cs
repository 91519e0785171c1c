using System.Numerics.Tensors;
using K = Shardwright.Execution.Kernels;

namespace Shardwright.Eager.Tests;

public sealed class NumericsTests
{
    private static readonly Tensor<float> X = Data.Random(1, 2, 5, 12), Square = Data.Random(2, 12, 12), Row = Data.Random(3, 12), Other = Data.Random(4, 12);

    /// <summary>Every operation that stores a result, on float32 inputs that bf16 does not have.</summary>
    private static readonly Dictionary<string, Func<Func<Tensor<float>, Tensor<float>>, Tensor<float>>> Operations = new()
    {
        ["Silu"] = r => Nn.Silu(r(X)),
        ["Gelu"] = r => Nn.Gelu(r(X)),
        ["Relu"] = r => Nn.Relu(r(X)),
        ["Sigmoid"] = r => Nn.Sigmoid(r(X)),
        ["Tanh"] = r => Nn.Tanh(r(X)),
        ["Exp"] = r => Nn.Exp(r(X)),
        ["Softmax"] = r => Nn.Softmax(r(X)),
        ["RmsNorm"] = r => Nn.RmsNorm(r(X), r(Row)),
        ["LayerNorm"] = r => Nn.LayerNorm(r(X), r(Row), r(Other)),
        ["Rope"] = r => Nn.Rope(r(X), 3),
        ["Concat"] = r => Nn.Concat(r(X), r(X)),
        ["Split"] = r => Nn.Split(r(X), 5).First,
        ["Transpose"] = r => Nn.Transpose(r(X)),
        ["Reshape"] = r => Nn.Reshape(r(X), 10, 12),
        ["Embed"] = r => Nn.Embed(Data.Integers([3, 0, 11], 3), r(Square)),
        ["MatMul"] = r => Nn.MatMul(r(X), r(Square)),
        ["ExpertGroup"] = r => new ExpertGroup<Same>(12, 2, () => new Same()).Forward(r(X), r(X)),
    };

    public static TheoryData<string> Names => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_InBFloat16_IsTheRoundedResultOfRoundedInputs(string name)
    {
        var expected = Rounded(Operations[name](Rounded));
        using var _ = Numerics.Use(NumberFormat.BFloat16);
        AssertSameBits(expected, Operations[name](x => x));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_InFloat32_KeepsItsBits(string name)
    {
        var expected = Operations[name](x => x);
        using var outer = Numerics.Use(NumberFormat.BFloat16);
        using var inner = Numerics.Use(NumberFormat.Float32);
        AssertSameBits(expected, Operations[name](x => x));
    }

    [Fact]
    public void CausalAttention_InBFloat16_IsNearTheUnroundedOneAndStoredInBFloat16()
    {
        var expected = Data.Flat(Nn.CausalAttention(X, X, X, 3));
        using var _ = Numerics.Use(NumberFormat.BFloat16);
        var y = Nn.CausalAttention(X, X, X, 3);
        AssertSameBits(Rounded(y), y);
        Data.AssertClose(Array.ConvertAll(expected, v => (double)v), y, 0.03);
        Assert.NotEqual(expected, Data.Flat(y));
    }

    [Fact]
    public void Losses_InBFloat16_StayFloat32()
    {
        var targets = Data.Integers([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 2, 5);
        var weights = Data.Random(9, 2, 5);
        var (loss, weighted, mean) = (Nn.CrossEntropy(Rounded(X), targets), Nn.CrossEntropy(Rounded(X), targets, weights), Nn.Mean(Rounded(X)));
        using var _ = Numerics.Use(NumberFormat.BFloat16);
        AssertSameBits(loss, Nn.CrossEntropy(X, targets));
        AssertSameBits(weighted, Nn.CrossEntropy(X, targets, weights));
        AssertSameBits(mean, Nn.Mean(X));
    }

    [Theory]
    [InlineData(NumberFormat.Float8E4M3)]
    [InlineData(NumberFormat.Float8E4M3Fn)]
    [InlineData(NumberFormat.Float8E5M2)]
    public void MatMul_InEightBits_ScalesRowsAndColumnsAndStoresBFloat16(NumberFormat format)
    {
        var weight = new Parameter(12, 12) { Value = Data.Random(2, 12, 12) };
        var rows = Data.Flat(Rounded(X));
        K.RoundRows(rows, rows, 10, 12, format);
        // The weight is float32 until the product: it is not rounded to bf16 on the way.
        var columns = Data.Flat(weight.Value);
        K.RoundColumns(columns, columns, 1, 12, 12, format);
        var expected = Rounded(Nn.MatMul(Data.Of(rows, 2, 5, 12), Data.Of(columns, 12, 12)));
        using var _ = Numerics.Use(format);
        AssertSameBits(expected, Nn.MatMul(X, weight));
        AssertSameBits(Rounded(Nn.Tanh(X)), Nn.Tanh(X));
    }

    [Fact]
    public void Parameter_OutsideProducts_IsReadUnrounded()
    {
        var gain = new Parameter(12) { Value = Data.Random(3, 12) };
        var table = new Parameter(12, 12) { Value = Data.Random(2, 12, 12) };
        var norm = Rounded(Nn.RmsNorm(Rounded(X), gain));
        var tied = Data.Flat(table.Value);
        using var _ = Numerics.Use(NumberFormat.BFloat16);
        AssertSameBits(norm, Nn.RmsNorm(X, gain));
        Assert.Equal(tied, Data.Flat(Nn.Transpose(Nn.Transpose(table))));
    }

    [Fact]
    public void MatMul_ParametersOwnPrecision_GoesBeforeTheAmbientOne()
    {
        var exact = new Parameter(12, 12) { Value = Data.Random(2, 12, 12), Precision = NumberFormat.Float32 };
        var low = new Parameter(12, 12) { Value = Data.Random(2, 12, 12), Precision = NumberFormat.BFloat16 };
        var plain = Data.Random(2, 12, 12);
        var expectedExact = Rounded(Nn.MatMul(Rounded(X), plain));
        AssertSameBits(Nn.MatMul(Rounded(X), Rounded(plain)), Nn.MatMul(X, low));
        AssertSameBits(Nn.MatMul(Rounded(X), Nn.Transpose(Rounded(plain))), Nn.MatMul(X, Nn.Transpose(low)));
        using var _ = Numerics.Use(NumberFormat.BFloat16);
        AssertSameBits(expectedExact, Nn.MatMul(X, exact));
    }

    [Fact]
    public async Task Use_Nested_EndsWithItsScopeAndFollowsTheFlowOfControl()
    {
        Assert.Equal(NumberFormat.Float32, Numerics.Format);
        using (Numerics.Use(NumberFormat.Float8E5M2))
        {
            using (Numerics.Use(NumberFormat.BFloat16))
                Assert.Equal(NumberFormat.BFloat16, await Task.Run(() => Numerics.Format));
            Assert.Equal(NumberFormat.Float8E5M2, Numerics.Format);
        }

        Assert.Equal(NumberFormat.Float32, Numerics.Format);
    }

    private static Tensor<float> Rounded(Tensor<float> x)
    {
        var elements = Data.Flat(x);
        for (var i = 0; i < elements.Length; i++)
            elements[i] = NumberFormats.Decode(NumberFormats.Encode(elements[i], NumberFormat.BFloat16), NumberFormat.BFloat16);
        return Tensor.Create(elements, x.Lengths);
    }

    private static void AssertSameBits(Tensor<float> expected, Tensor<float> actual)
    {
        Assert.Equal(Data.Shape(expected), Data.Shape(actual));
        Assert.Equal(Array.ConvertAll(Data.Flat(expected), BitConverter.SingleToInt32Bits), Array.ConvertAll(Data.Flat(actual), BitConverter.SingleToInt32Bits));
    }

    private sealed class Same : IExpert
    {
        public Tensor<float> Forward(Tensor<float> x) => x;
    }
}
