using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

/// <summary>Every order of operands must compile without ambiguity beside the library's extension operators, and compute what its tensors would.</summary>
public sealed class OperatorTests
{
    private readonly Tensor<float> x = Data.Of([1, 2, 3, 4], 2, 2);
    private readonly Parameter p = new(2, 2) { Value = Data.Of([5, 6, 7, 8], 2, 2) };
    private readonly State s = new(2) { Value = Data.Of([2, 4], 2) };

    [Fact]
    public void Parameter_WithTensor_BothOrders()
    {
        AssertElements([6, 8, 10, 12], x + p, p + x);
        AssertElements([-4, -4, -4, -4], x - p);
        AssertElements([4, 4, 4, 4], p - x);
        AssertElements([5, 12, 21, 32], x * p, p * x);
        AssertElements([1 / 5f, 2 / 6f, 3 / 7f, 4 / 8f], x / p);
        AssertElements([5, 3, 7 / 3f, 2], p / x);
    }

    [Fact]
    public void Parameter_WithParameter_AllOperators()
    {
        AssertElements([10, 12, 14, 16], p + p);
        AssertElements([0, 0, 0, 0], p - p);
        AssertElements([25, 36, 49, 64], p * p);
        AssertElements([1, 1, 1, 1], p / p);
        AssertElements([-5, -6, -7, -8], -p);
    }

    [Fact]
    public void Parameter_WithNumber_BothOrders()
    {
        AssertElements([7, 8, 9, 10], p + 2f, 2f + p, p + 2, 2 + p);
        AssertElements([3, 4, 5, 6], p - 2f, p - 2);
        AssertElements([-3, -4, -5, -6], 2f - p, 2 - p);
        AssertElements([10, 12, 14, 16], p * 2f, 2f * p, p * 2, 2 * p);
        AssertElements([2.5f, 3, 3.5f, 4], p / 2f, p / 2);
        AssertElements([2 / 5f, 2 / 6f, 2 / 7f, 2 / 8f], 2f / p, 2 / p);
    }

    [Fact]
    public void State_WithEverything_BroadcastsItsRow()
    {
        AssertElements([3, 6, 5, 8], x + s, s + x);
        AssertElements([-1, -2, 1, 0], x - s);
        AssertElements([1, 2, -1, 0], s - x);
        AssertElements([2, 8, 6, 16], x * s, s * x);
        AssertElements([0.5f, 0.5f, 1.5f, 1], x / s);
        AssertElements([10, 24, 14, 32], p * s, s * p);
        AssertElements([7, 10, 9, 12], p + s, s + p);
        AssertElements([3, 2, 5, 4], p - s);
        AssertElements([-3, -2, -5, -4], s - p);
        AssertElements([2.5f, 1.5f, 3.5f, 2], p / s);
        AssertElements([4, 8], s + s, s * 2f, 2f * s, s * 2);
        AssertElements([-2, -4], -s);
        AssertElements([1, 0.5f], 2f / s);
        AssertElements([0, 2], s - 2f);
    }

    [Fact]
    public void Operators_ShapesDoNotFit_NameBothAndTheDimension() =>
        Data.AssertMessage(() => _ = Data.Random(0, 4, 3) * p, "operator *", "[4, 3]", "[2, 2]", "dimension 1 of the left operand is 3", "need");

    [Fact]
    public void Parameter_AsArgument_ConvertsToItsTensor()
    {
        Tensor<float> converted = p, state = s;
        Assert.Same(p.Value, converted);
        Assert.Same(s.Value, state);
        Assert.Equal([2f, 4f], Data.Flat(state));
        Assert.Equal([0f, 0f, 0f], Data.Flat(new State(3).Value));
    }

    private static void AssertElements(float[] expected, params Tensor<float>[] results)
    {
        foreach (var result in results)
            Assert.Equal(expected, Data.Flat(result));
    }
}
