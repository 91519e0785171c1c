namespace Shardwright.Hardware.Tests;

public class RoutingFileTests
{
    private static readonly int[][][] Records =
    [
        [[0, 5, 300], [1, 0, 299], [70_000, 0, 0]],
        [[int.MaxValue, 0, 0], [0, int.MaxValue, 0], [0, 0, int.MaxValue]],
    ];

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSame()
    {
        using var reader = Open(Written());
        Assert.Equal((3, 3), (reader.Ranks, reader.Experts));
        for (int record = 0; record < Records.Length; record++)
        {
            Assert.True(reader.Read());
            Assert.Equal((7 * record, 60 + record), (reader.Step, reader.Layer));
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
        using (var writer = new RoutingWriter(stream, 16, 256))
            for (int layer = 0; layer < layers.Length; layer++)
                writer.Write(2, layer, layers[layer]);
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
    [InlineData("5357525402", 4, "found version 2")]
    [InlineData("53575254010001", 5, "found 0 ranks; need 1")]
    [InlineData("5357525401010000", 5, "found 0 experts")]
    [InlineData("5357525401808040808040", 5, "experts; need at most")]
    [InlineData("535752540180808080FF", 9, "more than 32 bits for the number of ranks")]
    [InlineData("53575254010101" + "05", 7, "found 5 in front of record 0")]
    [InlineData("53575254010101" + "01FFFFFFFF0F", 8, "found 4294967295 for the step of record 0")]
    [InlineData("53575254010201" + "0100000207", 11, "rank 1 sends -2 copies to expert 0 in record 0")]
    [InlineData("53575254010101" + "0000", 8, "bytes behind the end")]
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
        using (var writer = new RoutingWriter(stream, 2, 2))
        {
            Assert.Contains("1 ranks, the file has 2", Assert.Throws<ArgumentException>(() => writer.Write(0, 0, [[1, 2]])).Message, StringComparison.Ordinal);
            Assert.Contains("rank 1 has counts for 1 experts", Assert.Throws<ArgumentException>(() => writer.Write(0, 0, [[1, 2], [3]])).Message, StringComparison.Ordinal);
            Assert.Contains("rank 1 sends -4 copies to expert 1", Assert.Throws<ArgumentException>(() => writer.Write(0, 0, [[1, 2], [3, -4]])).Message, StringComparison.Ordinal);
            Assert.Contains("step -1", Assert.Throws<ArgumentException>(() => writer.Write(-1, 0, [[1, 2], [3, 4]])).Message, StringComparison.Ordinal);
        }
        using var reader = Open(stream.ToArray());
        Assert.False(reader.Read());
        Assert.Throws<ArgumentException>(() => new RoutingWriter(new MemoryStream(), 0, 4));
    }

    [Fact]
    public void WriteAndRead_BetweenRecords_AllocateNothing()
    {
        int[][] counts = [.. Enumerable.Range(0, 8).Select(rank => Enumerable.Range(0, 64).Select(expert => rank * 100 + expert).ToArray())];
        var stream = new MemoryStream(1 << 20);
        var writer = new RoutingWriter(stream, 8, 64);
        writer.Write(0, 0, counts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int layer = 1; layer < 300; layer++)
            writer.Write(0, layer, counts);
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

    private static byte[] Written()
    {
        var stream = new MemoryStream();
        using (var writer = new RoutingWriter(stream, 3, 3))
            for (int record = 0; record < Records.Length; record++)
                writer.Write(7 * record, 60 + record, Records[record]);
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
