using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class ExpertGroupTests
{
    [Fact]
    public void Forward_TopTwoOfFour_AddsGatedOutputs()
    {
        var group = Scales(count: 4, topK: 2);
        var x = Data.Of([1, 10, 2, 20, 3, 30], 1, 3, 2);
        var logits = Data.Of([0, 2, 1, -5, 4, 0, 0, 4.5f, -1, -2, -3, -4], 1, 3, 4);

        var y = group.Forward(x, logits);

        double Gate(double own, double other) => Math.Exp(own) / (Math.Exp(own) + Math.Exp(other));
        var factor0 = Gate(2, 1) * 2 + Gate(1, 2) * 3;
        var factor1 = Gate(4.5, 4) * 4 + Gate(4, 4.5) * 1;
        var factor2 = Gate(-1, -2) * 1 + Gate(-2, -1) * 2;
        Data.AssertClose([factor0, 10 * factor0, 2 * factor1, 20 * factor1, 3 * factor2, 30 * factor2], y);
        Assert.Equal([1, 3, 2], Data.Shape(y));
    }

    [Fact]
    public void Forward_EveryExpert_RunsOnceOnItsOwnRowsInTokenOrder()
    {
        var group = Scales(count: 3, topK: 1);
        group.Forward(Data.Of([1, 2, 3, 4], 4, 1), Data.Of([9, 0, 0, 0, 0, 9, 9, 0, 0, 9, 0, 0], 4, 3));
        Assert.Equal([[1, 3, 4]], group[0].Calls);
        Assert.Empty(group[1].Calls);
        Assert.Equal([[2]], group[2].Calls);
    }

    [Fact]
    public void Forward_EqualLogits_GoToTheLowerExpertFirst()
    {
        var group = Scales(count: 4, topK: 2);
        var y = group.Forward(Data.Of([1], 1, 1), Data.Of([0, 5, 5, 5], 1, 4));
        Assert.Equal([2.5f], Data.Flat(y));
        Assert.Empty(group[0].Calls);
        Assert.Empty(group[3].Calls);
    }

    [Fact]
    public void Forward_NaNLogits_AreAnErrorThatNamesGroupAndToken()
    {
        var group = Scales(count: 3, topK: 1);
        group.Name("Blocks[2].Experts", site: 0, layer: 2);
        var failure = Assert.Throws<NotFiniteNumberException>(() => group.Forward(Data.Of([1, 2], 2, 1), Data.Of([0, 1, 2, 0, 1, float.NaN], 2, 3)));
        Assert.StartsWith("Blocks[2].Experts: the router's logit of token 1 for expert 2 is not a number. Something before the router", failure.Message);
    }

    [Fact]
    public void Forward_AllExperts_IsTheFullSoftmaxMixture()
    {
        var group = Scales(count: 5, topK: 5);
        var logits = Data.Random(1, 6, 5);
        var x = Data.Random(2, 6, 3);
        var probabilities = Data.Flat(Nn.Softmax(logits)).Chunk(5).Select(row => row.Select((p, e) => p * (e + 1.0)).Sum()).ToArray();
        Data.AssertClose([.. Data.Flat(x).Select((v, i) => v * probabilities[i / 3])], group.Forward(x, logits));
    }

    [Fact]
    public void Forward_ExpertsOfAnotherOutputWidth_GiveThatWidth()
    {
        var group = new ExpertGroup<Widening>(2, 1, () => new());
        Assert.Equal([4, 6], Data.Shape(group.Forward(Data.Random(1, 4, 3), Data.Random(2, 4, 2))));
    }

    [Fact]
    public void Forward_ExpertThatDropsRows_IsNamed()
    {
        var group = new ExpertGroup<Dropping>(1, 1, () => new());
        Data.AssertMessage(() => group.Forward(Data.Random(1, 4, 3), Data.Random(2, 4, 1)), "expert 0", "[1, 3]", "[4, 3]", "row by row");
    }

    [Fact]
    public void Forward_ShapesDoNotFit_NamesBothAndTheDimension()
    {
        var group = Scales(count: 4, topK: 1);
        Data.AssertMessage(() => group.Forward(Data.Random(0, 2, 3, 8), Data.Random(0, 2, 3, 5)),
            "ExpertGroup.Forward", "[2, 3, 8]", "[2, 3, 5]", "dimension 2 of logits is 5", "need 4");
        Data.AssertMessage(() => group.Forward(Data.Random(0, 2, 3, 8), Data.Random(0, 2, 4, 4)),
            "ExpertGroup.Forward", "[2, 3, 8]", "[2, 4, 4]", "dimension 1 is 3 in x and 4 in logits");
    }

    [Fact]
    public void Constructor_TopKOutOfRange_Throws()
    {
        Data.AssertMessage(() => Scales(count: 4, topK: 5), "topK is 5 of 4 experts", "need 1 to 4");
        Assert.Throws<ArgumentOutOfRangeException>(() => Scales(count: 4, topK: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Scales(count: 0, topK: 1));
    }

    // Expert e multiplies by e + 1.
    private static ExpertGroup<Scale> Scales(int count, int topK)
    {
        var made = 0;
        return new(count, topK, () => new Scale(++made));
    }

    private sealed class Scale(float factor) : IExpert
    {
        public List<float[]> Calls { get; } = [];

        public Tensor<float> Forward(Tensor<float> x)
        {
            Calls.Add(Data.Flat(x));
            return x * factor;
        }
    }

    private sealed class Widening : IExpert
    {
        public Tensor<float> Forward(Tensor<float> x) => Nn.Concat(x, x);
    }

    private sealed class Dropping : IExpert
    {
        public Tensor<float> Forward(Tensor<float> x) => x[0..1, ..];
    }
}
