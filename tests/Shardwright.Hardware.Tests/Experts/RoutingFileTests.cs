namespace Shardwright.Hardware.Tests;

public class RoutingFileTests
{
    private static readonly RoutingShape Shape = new(3, 2, [new("Blocks[*].Experts", 70, 3, 1), new("É", 2, 3, 2)]);

    private static readonly int[][][] Records =
    [
        [[0, 5, 300], [1, 0, 299], [70_000, 0, 0]],
        [[int.MaxValue, 0, 0], [0, int.MaxValue, 0], [0, 0, int.MaxValue]],
    ];

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSame()
    {
        using var reader = Open(Written());
        Assert.Equal((3, 2, 72), (reader.Shape.Ranks, reader.Shape.MicroBatches, reader.Shape.Layers));
        Assert.Equal(Shape.Groups, reader.Shape.Groups);
        Assert.Empty(reader.Counts);
        for (int record = 0; record < Records.Length; record++)
        {
            Assert.True(reader.Read());
            Assert.Equal((7 * record, record, 0, 60 + record), (reader.Step, reader.MicroBatch, reader.Group, reader.Layer));
            Assert.Equal(Records[record].SelectMany(c => c), reader.Counts.SelectMany(c => c));
        }
        Assert.False(reader.Read());
        Assert.False(reader.Read());
        Assert.Equal(2, reader.Records);
    }

    [Fact]
    public void Read_OfGeneratedRouting_IsTheSameAndCompact()
    {
        var generator = new RoutingGenerator(256, 16, 65_536, seed: 1);
        int[][][] layers = [.. Enumerable.Range(0, 6).Select(layer => generator.Draw(RoutingWorkload.Clustered, step: 2, layer))];
        var stream = new MemoryStream();
        using (var writer = new RoutingWriter(stream, new(16, 1, [new("Experts", 6, 256, 8)])))
            for (int layer = 0; layer < layers.Length; layer++)
                writer.Write(2, 0, 0, layer, layers[layer]);
        byte[] bytes = stream.ToArray();
        Assert.InRange(bytes.Length, 1, layers.Length * 16 * 256 * 4 / 3);
        using var reader = Open(bytes);
        foreach (int[][] layer in layers)
        {
            Assert.True(reader.Read());
            Assert.Equal(layer.SelectMany(c => c), reader.Counts.SelectMany(c => c));
        }
        Assert.False(reader.Read());
    }

    [Fact]
    public void Read_OfAnyTruncatedFile_SaysWhereItEnds()
    {
        byte[] whole = Written();
        for (int length = 0; length < whole.Length; length++)
        {
            var error = Assert.Throws<RoutingFileException>(() => ReadAll(whole[..length]));
            Assert.Equal(length, error.Position);
            Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
            Assert.StartsWith($"t.swrt, byte {length}:", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_WithAnyBitFlipped_IsAnError()
    {
        byte[] whole = Written();
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<RoutingFileException>(() => ReadAll(damaged));
        }
    }

    [Theory]
    [InlineData("53575858", 2, "another kind of file")]
    [InlineData("5357525401", 4, "found version 1")]
    [InlineData("5357525402000101", 5, "found 0 ranks; need 1")]
    [InlineData("5357525402010001", 5, "found 0 micro-batches; need 1")]
    [InlineData("5357525402010100", 5, "found 0 expert groups; need 1")]
    [InlineData("535752540201010101000100", 8, "found 0 experts; need 1")]
    [InlineData("535752540201010101020300", 8, "found 3 experts a token goes to; need 1 to 2")]
    [InlineData("535752540201010100010100", 8, "found 0 layers; need 1")]
    [InlineData("5357525402808040010101808040" + "0100", 10, "experts; need at most")]
    [InlineData("535752540201010101010181207A", 8, "found a path of 4097 bytes")]
    [InlineData("53575254020101010101010000000000", 12, "checksum of the sizes")]
    [InlineData("535752540280808080FF", 9, "more than 32 bits for the number of ranks")]
    [InlineData(One1 + "05", 16, "found 5 in front of record 0")]
    [InlineData(One1 + "01FFFFFFFF0F", 17, "found 4294967295 for the step of record 0")]
    [InlineData(One1 + "010001", 18, "found 1 for the micro-batch of record 0; need 0 to 0")]
    [InlineData(One1 + "0100000005", 20, "found 5 for the layer of record 0; need 0 to 0")]
    [InlineData(Two1 + "01000000000207", 22, "rank 1 sends -2 copies to expert 0 in record 0")]
    [InlineData(One1 + "0000", 17, "bytes behind the end")]
    public void Read_OfOtherBytes_NamesPlaceAndNeed(string hex, long position, string message)
    {
        var error = Assert.Throws<RoutingFileException>(() => ReadAll(Convert.FromHexString(hex)));
        Assert.Equal(position, error.Position);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OfOtherSizesOrNegativeCounts_IsAnErrorAndWritesNothing()
    {
        var stream = new MemoryStream();
        using (var writer = new RoutingWriter(stream, One(2, 2)))
        {
            Assert.Contains("1 ranks, the file has 2", Assert.Throws<ArgumentException>(() => writer.Write(0, 0, 0, 0, [[1, 2]])).Message, StringComparison.Ordinal);
            Assert.Contains("rank 1 has counts for 1 experts", Assert.Throws<ArgumentException>(() => writer.Write(0, 0, 0, 0, [[1, 2], [3]])).Message, StringComparison.Ordinal);
            Assert.Contains("rank 1 sends -4 copies to expert 1", Assert.Throws<ArgumentException>(() => writer.Write(0, 0, 0, 0, [[1, 2], [3, -4]])).Message, StringComparison.Ordinal);
            Assert.Contains("micro-batch 1, expert group 0, layer 0, which", Assert.Throws<ArgumentException>(() => writer.Write(0, 1, 0, 0, [[1, 2], [3, 4]])).Message, StringComparison.Ordinal);
            Assert.Contains("step -1", Assert.Throws<ArgumentException>(() => writer.Write(-1, 0, 0, 0, [[1, 2], [3, 4]])).Message, StringComparison.Ordinal);
        }
        using var reader = Open(stream.ToArray());
        Assert.False(reader.Read());
        Assert.Throws<ArgumentException>(() => new RoutingWriter(new MemoryStream(), One(0, 4)));
    }

    [Fact]
    public void WriteAndRead_BetweenRecords_AllocateNothing()
    {
        int[][] counts = [.. Enumerable.Range(0, 8).Select(rank => Enumerable.Range(0, 64).Select(expert => rank * 100 + expert).ToArray())];
        var stream = new MemoryStream(1 << 20);
        var writer = new RoutingWriter(stream, new(8, 1, [new("Experts", 300, 64, 2)]));
        writer.Write(0, 0, 0, 0, counts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int layer = 1; layer < 300; layer++)
            writer.Write(0, 0, 0, layer, counts);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        writer.Dispose();
        using var reader = Open(stream.ToArray());
        reader.Read();
        before = GC.GetAllocatedBytesForCurrentThread();
        while (reader.Read())
        {
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(300, reader.Records);
    }

    /// <summary>The sizes of a file with one expert, of one rank and of two.</summary>
    private const string One1 = "53575254020101010101010091D5CBFE", Two1 = "535752540202010101010100B87FDEC1";

    private static RoutingShape One(int ranks, int experts) => new(ranks, 1, [new("Experts", 1, experts, 1)]);

    private static byte[] Written()
    {
        var stream = new MemoryStream();
        using (var writer = new RoutingWriter(stream, Shape))
            for (int record = 0; record < Records.Length; record++)
                writer.Write(7 * record, record, 0, 60 + record, Records[record]);
        return stream.ToArray();
    }

    private static RoutingReader Open(byte[] bytes) => new(new MemoryStream(bytes), "t.swrt");

    private static void ReadAll(byte[] bytes)
    {
        using var reader = Open(bytes);
        while (reader.Read())
        {
        }
    }
}
