using System.Numerics.Tensors;

namespace Shardwright.Eager.Tests;

public sealed class ShapeOperationTests
{
    [Fact]
    public void Embed_Tokens_PicksTheirRows()
    {
        var table = Data.Of([0, 1, 10, 11, 20, 21], 3, 2);
        var y = Nn.Embed(Data.Integers([2, 0, 2, 1], 2, 2), table);
        Assert.Equal([2, 2, 2], Data.Shape(y));
        Assert.Equal([20f, 21, 0, 1, 20, 21, 10, 11], Data.Flat(y));
    }

    [Fact]
    public void Embed_TokenOutOfRange_NamesItAndTheVocabulary()
    {
        Data.AssertMessage(() => Nn.Embed(Data.Integers([0, 3], 2), Data.Random(0, 3, 2)), "Nn.Embed", "tokens [2]", "element 1", "is 3", "0 to 2", "table [3, 2]");
        Data.AssertMessage(() => Nn.Embed(Data.Integers([0, -1], 2), Data.Random(0, 3, 2)), "is -1");
        Data.AssertMessage(() => Nn.Embed(Data.Integers([0], 1), Data.Random(0, 3)), "Nn.Embed", "[vocabulary, width]");
    }

    [Fact]
    public void Transpose_LastTwo_SwapsThemInEveryMatrix()
    {
        var x = Data.Of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 2, 3);
        var y = Nn.Transpose(x);
        Assert.Equal([2, 3, 2], Data.Shape(y));
        Assert.Equal([1f, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12], Data.Flat(y));
        Assert.Equal(Data.Flat(x), Data.Flat(Nn.Transpose(y)));
        Data.AssertMessage(() => Nn.Transpose(Data.Random(0, 3)), "Nn.Transpose", "[3]");
    }

    [Fact]
    public void Reshape_SameElements_KeepsTheirOrder()
    {
        var x = Data.Random(1, 4, 6);
        var y = Nn.Reshape(x, 2, 3, 4);
        Assert.Equal([2, 3, 4], Data.Shape(y));
        Assert.Equal(Data.Flat(x), Data.Flat(y));
        Assert.Equal(Data.Flat(Nn.Transpose(x)), Data.Flat(Nn.Reshape(Tensor.PermuteDimensions(x, [1, 0]), 24)));
        Data.AssertMessage(() => Nn.Reshape(x, 5, 5), "Nn.Reshape", "[4, 6]", "24", "[5, 5]", "25");
        Data.AssertMessage(() => Nn.Reshape(x, 24, 0), "dimension 1 is 0");
    }

    [Fact]
    public void SplitThenConcat_LastDimension_IsTheIdentity()
    {
        var x = Data.Of([1, 2, 3, 4, 5, 6], 2, 3);
        var (first, rest) = Nn.Split(x, 1);
        Assert.Equal([1f, 4], Data.Flat(first));
        Assert.Equal([2f, 3, 5, 6], Data.Flat(rest));
        Assert.Equal([2, 2], Data.Shape(rest));
        Assert.Equal(Data.Flat(x), Data.Flat(Nn.Concat(first, rest)));
        Data.AssertMessage(() => Nn.Split(x, 3), "Nn.Split", "[2, 3]", "dimension 1 is 3");
        Data.AssertMessage(() => Nn.Concat(x, Data.Random(0, 3, 3)), "Nn.Concat", "[2, 3]", "[3, 3]", "dimension 0 is 2 in a and 3 in b");
    }

    [Fact]
    public void SumAndMean_ManySmallOnes_LoseNothing()
    {
        var x = Data.Of([1 << 24, .. Enumerable.Repeat(1f, 1024)], 1025);
        Assert.Equal([16778240f], Data.Flat(Nn.Sum(x)));
        Assert.Equal([1], Data.Shape(Nn.Sum(x)));
        Assert.Equal([2.5f], Data.Flat(Nn.Mean(Data.Of([1, 2, 3, 4], 2, 2))));
    }

    [Fact]
    public void Operations_OnViews_ReadWhatTheViewShows()
    {
        var row = Tensor.Broadcast<float>(Data.Of([1, 2], 1, 2), (ReadOnlySpan<nint>)[3, 2]);
        Assert.Equal([1f, 2, 1, 2, 1, 2], Data.Flat(Nn.Relu(row)));

        var x = Data.Of([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3);
        Assert.Equal([5f, 6, 8, 9], Data.Flat(Nn.Relu(x[1..3, 1..3])));
        Assert.Equal([4f, 5, 6], Data.Flat(Nn.Relu(x[1..2, ..])));
        Assert.Equal([7f, 4, 1], Data.Flat(Nn.Embed(Data.Integers([2, 1, 0], 3), x[.., 0..1])));
    }

    [Fact]
    public void Results_OfEveryShapeOperation_DoNotAliasTheirInput()
    {
        var x = Data.Random(1, 2, 4);
        var before = Data.Flat(x);
        foreach (var y in new[] { Nn.Reshape(x, 4, 2), Nn.Transpose(x), Nn.Split(x, 2).First, Nn.Relu(x) })
            y.Fill(99);
        Assert.Equal(before, Data.Flat(x));
    }
}
