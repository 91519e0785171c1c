using Shardwright.Execution;
using Shardwright.Hardware;

namespace Shardwright;

/// <summary>
/// One training step on the emulated ranks, statement by statement, for a trace viewer (Perfetto, Chrome's tracing page, Speedscope): a process a rank, a thread an engine. See <see cref="Trainer.CaptureTrace"/>.
/// </summary>
public sealed class StepTrace
{
    private readonly RankRecorder[] recorders;

    internal StepTrace(string model, ClusterClock clocks, Arena[] arenas)
    {
        (Model, Costs) = (model, clocks.Costs);
        recorders = [.. arenas.Select(arena => new RankRecorder(arena))];
    }

    /// <summary>Whether the step has run.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Number of the step, from 0; −1 before it has run.</summary>
    public int Step { get; private set; } = -1;

    /// <summary>Time of the step in picoseconds: where the last event ends.</summary>
    public long Picoseconds { get; private set; }

    internal string Model { get; }

    internal RoutedBy RoutedBy { get; init; }

    internal ProgramCosts Costs { get; }

    internal IReadOnlyList<RankRecorder> Ranks => recorders;

    /// <summary>Writes the trace in Chrome's format, as one JSON object in UTF-8.</summary>
    /// <exception cref="InvalidOperationException">No step has run since the capture began.</exception>
    public void Write(Stream stream)
    {
        if (!IsComplete)
            throw new InvalidOperationException("The trace is empty: no step has run since CaptureTrace. Call Step first.");
        using var writer = new ChromeTraceWriter(this, stream);
        writer.Write();
    }

    /// <summary>
    /// Writes the trace to a file, beside it first and then renamed: a reader sees the old file or the whole new one. It is compressed (gzip, which Perfetto and Chrome open as it is) when the name ends in <c>.gz</c>,
    /// and also, under the name with <c>.gz</c> added, when it would exceed 64 MiB.
    /// </summary>
    /// <returns>The path of the file that was written.</returns>
    /// <exception cref="InvalidOperationException">No step has run since the capture began.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public string Save(string path) => TraceFile.Save(path, Write);

    /// <summary>Has the clocks of the next step tell what they charge.</summary>
    internal void Attach(ClusterClock clocks)
    {
        for (int rank = 0; rank < recorders.Length; rank++)
            clocks.Ranks[rank].Clock.Listener = recorders[rank];
    }

    /// <summary>The step has run.</summary>
    internal void Complete(ClusterClock clocks, EmulatedStep emulated, int step)
    {
        foreach (var rank in clocks.Ranks)
            rank.Clock.Listener = null;
        (IsComplete, Step, Picoseconds) = (true, step, emulated.Picoseconds);
    }
}
