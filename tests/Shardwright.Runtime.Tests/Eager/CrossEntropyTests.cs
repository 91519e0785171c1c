namespace Shardwright.Eager.Tests;

public sealed class CrossEntropyTests
{
    private static readonly float[] Logits = Data.Flat(Data.Random(1, 2, 3, 7));
    private static readonly int[] Targets = [0, 6, 3, 3, 1, 5];

    [Fact]
    public void CrossEntropy_EqualLogits_IsTheLogOfTheClasses() =>
        Data.AssertClose([Math.Log(7)], Nn.CrossEntropy(Data.Of(new float[42], 2, 3, 7), Data.Integers(Targets, 2, 3)), 1e-7);

    [Fact]
    public void CrossEntropy_Rows_EqualDoubleReference() =>
        Data.AssertClose([NegativeLogLikelihoods().Average()], Nn.CrossEntropy(Data.Of(Logits, 2, 3, 7), Data.Integers(Targets, 2, 3)));

    [Fact]
    public void CrossEntropy_WeightsWithZeros_IsTheMeanOverTheirSum()
    {
        float[] weights = [1, 0, 0.5f, 0, 2, 0];
        var expected = NegativeLogLikelihoods().Zip(weights, (nll, w) => nll * w).Sum() / 3.5;
        Data.AssertClose([expected], Nn.CrossEntropy(Data.Of(Logits, 2, 3, 7), Data.Integers(Targets, 2, 3), Data.Of(weights, 2, 3)));
    }

    [Fact]
    public void CrossEntropy_OneWeightNonzero_IsThatRowsLoss() =>
        Data.AssertClose([NegativeLogLikelihoods()[4]], Nn.CrossEntropy(Data.Of(Logits, 2, 3, 7), Data.Integers(Targets, 2, 3), Data.Of([0, 0, 0, 0, 0.25f, 0], 2, 3)));

    [Fact]
    public void CrossEntropy_AllWeightsZero_IsNaN() =>
        Assert.True(float.IsNaN(Data.Flat(Nn.CrossEntropy(Data.Of(Logits, 2, 3, 7), Data.Integers(Targets, 2, 3), Data.Of(new float[6], 2, 3)))[0]));

    [Fact]
    public void CrossEntropy_LargeLogits_DoesNotOverflow() =>
        Data.AssertClose([2000], Nn.CrossEntropy(Data.Of([1000, -1000], 1, 2), Data.Integers([1], 1)));

    [Fact]
    public void CrossEntropy_ShapesDoNotFit_NamesBothAndTheDimension()
    {
        Data.AssertMessage(() => Nn.CrossEntropy(Data.Random(0, 2, 3, 7), Data.Integers(new int[8], 2, 4)),
            "Nn.CrossEntropy", "[2, 3, 7]", "[2, 4]", "dimension 1 is 3 in logits and 4 in targets");
        Data.AssertMessage(() => Nn.CrossEntropy(Data.Random(0, 2, 7), Data.Integers(new int[2], 2), Data.Random(0, 3)),
            "Nn.CrossEntropy", "targets [2]", "weights [3]", "dimension 0");
        Data.AssertMessage(() => Nn.CrossEntropy(Data.Random(0, 2, 7), Data.Integers([0, 7], 2)), "Nn.CrossEntropy", "[2, 7]", "element 1", "is 7", "0 to 6");
    }

    private static double[] NegativeLogLikelihoods() =>
        [.. Logits.Chunk(7).Select((row, t) => -Math.Log(Math.Exp(row[Targets[t]]) / row.Sum(v => Math.Exp(v))))];
}
