namespace Shardwright.Hardware.Tests;

public class RoutingRecordingTests
{
    private static readonly RoutingShape Shape = new(2, 2, [new("Small", 1, 2, 1), new("Large", 2, 3, 2)]);

    [Fact]
    public void Counts_OfAWholeFile_AreThoseThatWereWritten()
    {
        // Step 5 after step 9, records in no order.
        var recording = Read((9, 0), (9, 5), (9, 2), (9, 1), (9, 3), (9, 4), (5, 5), (5, 4), (5, 3), (5, 2), (5, 1), (5, 0));
        Assert.Equal(2, recording.Steps);
        for (int step = 0; step < 2; step++)
            for (int index = 0; index < Shape.RecordsPerStep; index++)
            {
                var (microBatch, group, layer) = Shape.At(index);
                Assert.Equal(index, Shape.IndexOf(microBatch, group, layer));
                Assert.Equal(Counts(step == 0 ? 9 : 5, index).SelectMany(c => c), recording.Counts(step, microBatch, group, layer).SelectMany(c => c));
            }
    }

    [Fact]
    public void Read_OfStepsThatAreNotWhole_NamesWhatIsMissing()
    {
        Assert.Contains("found no step", Assert.Throws<RoutingFileException>(() => Read()).Message, StringComparison.Ordinal);
        Assert.Contains("step 9 has no record of micro-batch 1, layer 1 of 'Large'", Assert.Throws<RoutingFileException>(() => Read((9, 0), (9, 1), (9, 2), (9, 3), (9, 4))).Message, StringComparison.Ordinal);
        Assert.Contains("step 9 has micro-batch 0, expert group 1, layer 0 a second time in record 2", Assert.Throws<RoutingFileException>(() => Read((9, 0), (9, 1), (9, 1))).Message, StringComparison.Ordinal);
    }

    private static RoutingRecording Read(params (int Step, int Index)[] records)
    {
        var stream = new MemoryStream();
        using (var writer = new RoutingWriter(stream, Shape))
            foreach (var (step, index) in records)
            {
                var (microBatch, group, layer) = Shape.At(index);
                writer.Write(step, microBatch, group, layer, Counts(step, index));
            }
        return RoutingRecording.Read(new MemoryStream(stream.ToArray()), "t.shwr");
    }

    private static int[][] Counts(int step, int index) =>
        [.. Enumerable.Range(0, 2).Select(rank => Enumerable.Range(0, Shape.Groups[Shape.At(index).Group].Experts).Select(expert => step * 100 + index * 10 + rank * 5 + expert).ToArray())];
}
