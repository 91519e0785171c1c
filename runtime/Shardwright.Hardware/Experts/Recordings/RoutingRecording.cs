namespace Shardwright.Hardware;

/// <summary>A file of recorded routing, whole and in memory: every step has each of its records once.</summary>
public sealed class RoutingRecording
{
    // [step][record of the step][ranks][experts]
    private readonly List<int[][][]> steps;

    private RoutingRecording(RoutingShape shape, List<int[][][]> steps) => (Shape, this.steps) = (shape, steps);

    /// <summary>What each step has recorded.</summary>
    public RoutingShape Shape { get; }

    /// <summary>Steps.</summary>
    public int Steps => steps.Count;

    /// <summary>Copies from each rank to each expert: [ranks][experts].</summary>
    /// <param name="step">Step of the recording, from 0, whatever its number in training was.</param>
    /// <param name="microBatch">Micro-batch.</param>
    /// <param name="group">Expert group.</param>
    /// <param name="layer">Layer of the group.</param>
    public int[][] Counts(int step, int microBatch, int group, int layer) => steps[step][Shape.IndexOf(microBatch, group, layer)];

    /// <summary>Reads a file.</summary>
    /// <param name="stream">The file; closed.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="RoutingFileException">It is no recorded routing, is damaged or truncated, has no step, or a step lacks a record or has one twice.</exception>
    public static RoutingRecording Read(Stream stream, string path)
    {
        using var closing = stream;
        using var reader = new RoutingReader(stream, path);
        var (shape, steps, numbers) = (reader.Shape, new List<int[][][]>(), new Dictionary<int, int>());
        while (reader.Read())
        {
            if (!numbers.TryGetValue(reader.Step, out int step))
            {
                numbers[reader.Step] = step = steps.Count;
                steps.Add(new int[shape.RecordsPerStep][][]);
            }
            ref int[][] place = ref steps[step][shape.IndexOf(reader.MicroBatch, reader.Group, reader.Layer)];
            if (place is not null)
                throw reader.Problem($"step {reader.Step} has micro-batch {reader.MicroBatch}, expert group {reader.Group}, layer {reader.Layer} a second time in record {reader.Records - 1}; need it once");
            place = [.. reader.Counts.Select(counts => (int[])counts.Clone())];
        }
        if (steps.Count == 0)
            throw reader.Problem("found no step; need at least one: record some steps of a run");
        foreach (var number in numbers)
            if (Array.IndexOf(steps[number.Value], null) is var missing and >= 0)
            {
                var (microBatch, group, layer) = shape.At(missing);
                throw reader.Problem($"step {number.Key} has no record of micro-batch {microBatch}, layer {layer} of '{shape.Groups[group].Path}'; need one for every micro-batch and layer");
            }
        return new(shape, steps);
    }
}
