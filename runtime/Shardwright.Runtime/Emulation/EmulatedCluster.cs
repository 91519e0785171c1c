namespace Shardwright.Execution;

/// <summary>
/// The ranks of a mesh as persistent threads of this process. Rank = expertData · Expert + expert. A rank that throws, ends early, or calls another collective than its
/// peers gives every other rank a <see cref="ClusterException"/> at its next meeting, and the caller too; a rank that stalls is found by the heartbeat. Once failed, a cluster stays failed.
/// </summary>
public sealed class EmulatedCluster : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock failing = new();
    private readonly object start = new();
    private readonly object done = new();
    private readonly RankState[] states;
    private readonly Thread[] threads;
    private readonly RankGroup[] groups;
    private readonly ICommunicator[] world, peers, replicas;
    private readonly Watch watch;
    private Action<int>? body;
    private int run;
    private int remaining;
    private bool closing;
    private volatile ClusterException? failure;

    /// <summary>Starts the threads of a mesh.</summary>
    /// <param name="data">Ranks.</param>
    /// <param name="expert">Ranks the experts are split over; divides <paramref name="data"/>.</param>
    /// <param name="heartbeat">Time without progress after which a rank counts as stalled; zero switches this off, as does a debugger.</param>
    /// <param name="cores">Threads that run at once, over all ranks; 0 takes the cores that this process may use.</param>
    /// <param name="ranksPerCore">Ranks that have a core to themselves, in the order of ranks; 0 shares <paramref name="cores"/> among all.</param>
    public EmulatedCluster(int data, int expert = 1, TimeSpan heartbeat = default, int cores = 0, int ranksPerCore = 0)
    {
        if (data < 1 || expert < 1 || data % expert != 0)
            throw new ArgumentException($"Mesh: got data={data}, expert={expert}; need both at least 1 and expert to divide data.");
        (Size, ExpertSize) = (data, expert);
        states = [.. Enumerable.Range(0, data).Select(rank => new RankState(rank, ranksPerCore == 0 ? Places.Anywhere : rank / ranksPerCore))];
        watch = new(states, heartbeat);
        // ProcessorCount knows the process's affinity and its control group's quota.
        int count = cores > 0 ? cores : Environment.ProcessorCount;
        Cores = ranksPerCore > 0 ? Cores.Owned(data, ranksPerCore) : new(count, callers: data, free: count, "Shardwright kernel");
        var all = new RankGroup(this, "World", [.. Enumerable.Range(0, data)]);
        var experts = Enumerable.Range(0, data / expert).Select(block => new RankGroup(this, $"ExpertPeers {block}", [.. Enumerable.Range(block * expert, expert)])).ToArray();
        var copies = Enumerable.Range(0, expert)
            .Select(peer => new RankGroup(this, $"ExpertReplicas {peer}", [.. Enumerable.Range(0, data / expert).Select(block => block * expert + peer)])).ToArray();
        groups = [all, .. experts, .. copies];
        world = [.. states.Select(state => new InProcessCommunicator(all, state.Rank, state))];
        peers = [.. states.Select(state => new InProcessCommunicator(experts[state.Rank / expert], state.Rank % expert, state))];
        replicas = [.. states.Select(state => new InProcessCommunicator(copies[state.Rank % expert], state.Rank / expert, state))];
        threads = [.. states.Select(state => new Thread(() => Loop(state)) { IsBackground = true, Name = $"Shardwright rank {state.Rank}" })];
        foreach (var thread in threads)
            thread.Start();
    }

    /// <summary>Ranks.</summary>
    public int Size { get; }

    /// <summary>Ranks the experts are split over.</summary>
    public int ExpertSize { get; }

    /// <summary>The failure that ended this cluster, or null.</summary>
    public ClusterException? Failure => failure;

    internal Cores Cores { get; }

    internal bool HasFailed => failure is not null;

    /// <summary>All ranks.</summary>
    public ICommunicator World(int rank) => world[rank];

    /// <summary>The ranks that hold the experts together with this one, contiguous in the world.</summary>
    public ICommunicator ExpertPeers(int rank) => peers[rank];

    /// <summary>The ranks that hold the same experts as this one.</summary>
    public ICommunicator ExpertReplicas(int rank) => replicas[rank];

    /// <summary>Off-rank bytes of a kind since construction, over all ranks and groups.</summary>
    public long BytesSent(Collective kind)
    {
        long bytes = 0;
        for (int rank = 0; rank < Size; rank++)
            bytes += world[rank].BytesSent(kind) + peers[rank].BytesSent(kind) + replicas[rank].BytesSent(kind);
        return bytes;
    }

    /// <summary>
    /// Runs <paramref name="body"/> on every rank, with the rank as argument, and returns when all have ended. Allocates nothing when the delegate is reused.
    /// A body must wait for another rank only in a collective: outside of one it keeps its core, and the other rank may have none.
    /// </summary>
    /// <exception cref="ClusterException">A rank failed, now or in an earlier run. The message is the rank's own; its exception is the inner one.</exception>
    public void Run(Action<int> body)
    {
        ObjectDisposedException.ThrowIf(closing, this);
        ThrowFailure();
        watch.Start();
        lock (start)
        {
            this.body = body;
            remaining = Size;
            // Set here and not by the threads, so that a rank that has not been scheduled yet does not look as if it had ended.
            foreach (var state in states)
                state.Begin();
            run++;
            Monitor.PulseAll(start);
        }
        while (!Wait(watch.Interval))
        {
            if (failure is null && watch.Look() is { } found)
                Fail(found);
            if (failure is not null && !Wait((int)Grace.TotalMilliseconds))
                break;      // The stalled thread cannot be stopped; its memory is left to it, see Dispose.
        }
        ThrowFailure();
    }

    /// <summary>Ends the threads. Memory that a stalled thread may still use must not be freed: see the result.</summary>
    /// <returns>Whether every thread has ended.</returns>
    public bool Close()
    {
        lock (start)
        {
            closing = true;
            Monitor.PulseAll(start);
        }
        if (Volatile.Read(ref remaining) > 0)
            Fail(new ClusterException("The cluster was disposed while its ranks were running.", 0, "Dispose"));
        bool ended = true;
        foreach (var thread in threads)
            ended &= thread.Join(Grace);
        if (ended)
            Cores.Dispose();
        return ended;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    internal void ThrowIfFailed(RankState rank)
    {
        if (failure is { } first)
            throw new ClusterException($"Rank {rank.Rank} stops in '{rank.Operation}': {first.Message}", first.Rank, first.Operation, first.InnerException);
    }

    internal void Fail(ClusterException exception)
    {
        lock (failing)
        {
            if (failure is not null)
                return;
            failure = exception;
        }
        foreach (var group in groups)
            Cores.Resume(group);
        Cores.Open();
    }

    private void ThrowFailure()
    {
        if (failure is { } first)
            throw new ClusterException(first.Message, first.Rank, first.Operation, first.InnerException);
    }

    private bool Wait(int milliseconds)
    {
        lock (done)
        {
            if (Volatile.Read(ref remaining) > 0)
                Monitor.Wait(done, milliseconds);
            return Volatile.Read(ref remaining) == 0;
        }
    }

    private void Loop(RankState state)
    {
        Scratch.Prepare();
        state.Seat.Sit();
        WorkPool.Current = Cores.Pool(state.Rank);
        for (int seen = 0; ; seen++)
        {
            lock (start)
            {
                while (run == seen && !closing)
                    Monitor.Wait(start);
                if (closing && run == seen)
                    return;
            }
            Cores.Enter(state.Seat);
            try
            {
                body!(state.Rank);
            }
            catch (Exception exception)
            {
                Fail(new($"{exception.Message} (rank {state.Rank}, at or after '{state.Operation}')", state.Rank, state.Operation, exception));
            }
            state.End();
            Cores.Leave(state.Seat);
            if (Interlocked.Decrement(ref remaining) == 0)
                lock (done)
                    Monitor.PulseAll(done);
        }
    }
}
