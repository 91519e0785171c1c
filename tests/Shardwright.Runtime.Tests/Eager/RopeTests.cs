namespace Shardwright.Eager.Tests;

public sealed class RopeTests
{
    [Fact]
    public void Rope_OneHeadOfFour_TurnsThePairsOfHalvesByTheirAngles()
    {
        // theta 100: the pairs (0, 2) and (1, 3) turn by p and p / 10.
        var y = Nn.Rope(Data.Of([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1], 3, 4), heads: 1, theta: 100);
        var expected = Enumerable.Range(0, 3).SelectMany(p => new[] { Math.Cos(p), -Math.Sin(p / 10.0), Math.Sin(p), Math.Cos(p / 10.0) });
        Data.AssertClose([.. expected], y, 1e-7);
    }

    [Fact]
    public void Rope_AnyPosition_PreservesTheNormOfEveryHead()
    {
        var x = Data.Random(1, 2, 50, 24);
        float[] before = Data.Flat(x), after = Data.Flat(Nn.Rope(x, heads: 3));
        foreach (var (was, turned) in before.Chunk(8).Zip(after.Chunk(8)))
            Assert.Equal(was.Sum(v => (double)v * v), turned.Sum(v => (double)v * v), 1e-5);
    }

    [Fact]
    public void Rope_QueryDotKey_DependsOnTheirDistanceOnly()
    {
        const int size = 16, length = 40;
        float[] query = Data.Flat(Data.Random(1, size)), key = Data.Flat(Data.Random(2, size));
        float[] Everywhere(float[] row) => Data.Flat(Nn.Rope(Data.Of([.. Enumerable.Repeat(row, length).SelectMany(r => r)], length, size), heads: 1));
        var (queries, keys) = (Everywhere(query).Chunk(size).ToArray(), Everywhere(key).Chunk(size).ToArray());
        double Score(int i, int j) => queries[i].Zip(keys[j], (a, b) => (double)a * b).Sum();

        Assert.Equal(query, queries[0]);
        for (var distance = 0; distance < 10; distance++)
            Assert.Equal(Score(distance, 0), Score(distance + 29, 29), 2e-5);
        Assert.True(Math.Abs(Score(5, 0) - Score(0, 0)) > 0.01);
    }

    [Fact]
    public void Rope_EveryHeadAndSequence_StartsAtTheSamePositions()
    {
        var row = Data.Flat(Data.Random(1, 3 * 4));
        var y = Data.Flat(Nn.Rope(Data.Of([.. row, .. row], 2, 3, 4), heads: 2));
        Assert.Equal(y[..12], y[12..]);
        Assert.Equal(row[..4], y[..4]);
    }

    [Fact]
    public void Rope_OddHeadSize_NamesShapeAndDimension()
    {
        Data.AssertMessage(() => Nn.Rope(Data.Random(0, 5, 6), heads: 2), "Nn.Rope", "[5, 6]", "dimension 1 is 6", "2 heads", "even");
        Data.AssertMessage(() => Nn.Rope(Data.Random(0, 6), heads: 1), "Nn.Rope", "[6]");
    }
}
