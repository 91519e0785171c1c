using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class ActivationTests
{
    public static TheoryData<string, Func<Tensor<float>, Tensor<float>>, Func<double, double>> Functions => new()
    {
        { "Silu", Nn.Silu, x => x / (1 + Math.Exp(-x)) },
        { "Gelu", Nn.Gelu, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) },
        { "Relu", Nn.Relu, x => Math.Max(x, 0) },
        { "Sigmoid", Nn.Sigmoid, x => 1 / (1 + Math.Exp(-x)) },
        { "Tanh", Nn.Tanh, Math.Tanh },
        { "Exp", Nn.Exp, Math.Exp },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Activation_FromMinus20To20_EqualsDoubleReference(string name, Func<Tensor<float>, Tensor<float>> eager, Func<double, double> reference)
    {
        Assert.NotEmpty(name);
        var x = Enumerable.Range(-2000, 4001).Select(i => i / 100f).ToArray();
        Data.AssertClose([.. x.Select(v => reference(v))], eager(Data.Of(x, x.Length)));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Activation_StridedInput_EqualsDenseOne(string name, Func<Tensor<float>, Tensor<float>> eager, Func<double, double> reference)
    {
        Assert.True(name.Length > 0 && reference(0) >= 0);
        var x = Data.Random(4, 3, 5);
        var strided = Tensor.PermuteDimensions(x, [1, 0]);
        Assert.Equal(Data.Flat(eager(Nn.Transpose(x))), Data.Flat(eager(strided)));
        Assert.Equal([5, 3], Data.Shape(eager(strided)));
    }

    // tanh form of GELU at 1 and SiLU at 1, as PyTorch documents and prints them: gelu(1, approximate="tanh") = 0.8412, silu(1) = 0.7311.
    [Fact]
    public void Activation_AtOne_IsThePublishedValue()
    {
        Assert.Equal(0.8412f, Data.Flat(Nn.Gelu(Data.Of([1f], 1)))[0], 0.00005f);
        Assert.Equal(0.7311f, Data.Flat(Nn.Silu(Data.Of([1f], 1)))[0], 0.00005f);
    }

    [Fact]
    public void Activation_LargeInputs_DoNotOverflowToNaN()
    {
        var x = Data.Of([-1000, 1000], 2);
        Assert.Equal([0f, 1000f], Data.Flat(Nn.Silu(x)));
        Assert.Equal([0f, 1000f], Data.Flat(Nn.Gelu(x)));
        Assert.Equal([0f, 1f], Data.Flat(Nn.Sigmoid(x)));
    }
}
