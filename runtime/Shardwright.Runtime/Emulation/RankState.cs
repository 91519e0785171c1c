namespace Shardwright.Execution;

/// <summary>Where a rank is, for error messages and for the watch over stalls. Written by the rank's own thread, read by the watching one.</summary>
/// <param name="rank">Its number.</param>
/// <param name="core">The only core that it may run on; <see cref="Places.Anywhere"/>: any.</param>
internal sealed class RankState(int rank, int core)
{
    private volatile string operation = "the start of the step";
    private volatile RankGroup? waitingIn;
    private volatile bool finished = true;
    private int waitingFor;
    private int progress;

    public int Rank { get; } = rank;

    /// <summary>Where this rank waits for a core.</summary>
    public Seat Seat { get; } = new() { Home = core };

    /// <summary>The last collective entered.</summary>
    public string Operation => operation;

    public bool Finished => finished;

    /// <summary>Counts entries into, arrivals at and departures from collectives: unchanged means no progress.</summary>
    public int Progress => Volatile.Read(ref progress);

    /// <summary>The group whose remaining ranks this one waits for; null when it runs. A rank that was released but not yet scheduled does not wait.</summary>
    public RankGroup? WaitsIn => waitingIn is { } group && group.Generation == Volatile.Read(ref waitingFor) ? group : null;

    public void Begin()
    {
        operation = "the start of the step";
        finished = false;
        Touch();
    }

    public void End()
    {
        finished = true;
        Touch();
    }

    public void Enter(string collective)
    {
        operation = collective;
        Touch();
    }

    public void Wait(RankGroup group, int generation)
    {
        Volatile.Write(ref waitingFor, generation);
        waitingIn = group;
        Touch();
    }

    public void Resume()
    {
        waitingIn = null;
        Touch();
    }

    // Only the rank's own thread writes.
    private void Touch() => Volatile.Write(ref progress, progress + 1);
}
