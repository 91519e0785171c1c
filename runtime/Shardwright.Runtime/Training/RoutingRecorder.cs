using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright;

/// <summary>
/// Records the routing of a trainer's steps, from <see cref="Trainer.RecordRouting"/> until it is disposed: for every step, micro-batch and layer, the copies from each rank to each expert. Read by <see cref="RoutingReader"/> and <see cref="RoutingRecording"/>.
/// The file appears when the recorder is disposed, whole and in place of an older one; it is written beside, under the same name with <c>.partial</c> behind it. Without a step there is no file. A recorded step allocates no managed memory.
/// </summary>
public sealed class RoutingRecorder : IDisposable
{
    private readonly RoutingShape shape;
    private readonly RoutingWriter writer;
    private readonly StepBoard board;

    // [record of the step][ranks][experts]; each rank writes its own.
    private readonly int[][][] counts;
    private bool isClosed;

    internal RoutingRecorder(string path, ProgramPlan plan, StepBoard board)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (plan.Experts.Count == 0)
            throw new InvalidOperationException($"RecordRouting: {plan.Model} has no expert group, so there is no routing to record.");
        if (board.Recorder is { } other)
            throw new InvalidOperationException($"RecordRouting: the routing of this trainer is being recorded to '{other.Path}' already. Dispose that recorder first.");
        Path = System.IO.Path.GetFullPath(path);
        shape = new(plan.Data, plan.MicroBatches, [.. plan.Experts.Select(site => new RoutingGroup(site.Path, site.Layers, site.ExpertCount, site.TopK))]);
        counts = [.. Enumerable.Range(0, shape.RecordsPerStep).Select(index => shape.NewCounts(shape.At(index).Group))];
        writer = new(Create(), shape);
        (this.board, board.Recorder) = (board, this);
    }

    /// <summary>Full path of the file.</summary>
    public string Path { get; }

    /// <summary>Steps recorded so far.</summary>
    public int Steps { get; private set; }

    private string Partial => Path + ".partial";

    /// <summary>Ends the recording and puts the file in its place.</summary>
    /// <exception cref="IOException">The file cannot be written; an older one stays as it was.</exception>
    public void Dispose()
    {
        if (isClosed)
            return;
        Close(keeps: Steps > 0);
    }

    /// <summary>Takes what one rank sends in a layer. The ranks call this side by side.</summary>
    internal void Take(int rank, int microBatch, int group, int layer, ExpertExchange exchange)
    {
        int[] sent = counts[shape.IndexOf(microBatch, group, layer)][rank];
        var sequences = exchange.SequenceCounts;
        int each = sequences.Length / sent.Length;
        for (int expert = 0; expert < sent.Length; expert++)
        {
            sent[expert] = 0;
            foreach (int count in sequences.Slice(expert * each, each))
                sent[expert] += count;
        }
    }

    /// <summary>Writes the step that all ranks have finished.</summary>
    /// <exception cref="IOException">The file cannot be written; the recording has ended without one.</exception>
    internal void Write(int step)
    {
        try
        {
            for (int index = 0; index < counts.Length; index++)
            {
                var (microBatch, group, layer) = shape.At(index);
                writer.Write(step, microBatch, group, layer, counts[index]);
            }
            Steps++;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Close(keeps: false);
            throw Problem(exception);
        }
    }

    private void Close(bool keeps)
    {
        (isClosed, board.Recorder) = (true, null);
        try
        {
            writer.Dispose();
            if (keeps)
                File.Move(Partial, Path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Problem(exception);
        }
        finally
        {
            File.Delete(Partial);
        }
    }

    private FileStream Create()
    {
        if (Directory.Exists(Path))
            throw new IOException($"RecordRouting: '{Path}' is a folder; need the path of a file.");
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(Path)))
            throw new IOException($"RecordRouting: the folder of '{Path}' does not exist; create it first, or name another.");
        try
        {
            // The writer has a buffer of its own.
            return new(Partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Problem(exception);
        }
    }

    private IOException Problem(Exception exception) => new($"RecordRouting: '{Path}' cannot be written: {exception.Message} Need a place that can be written, with room for the file.", exception);
}
