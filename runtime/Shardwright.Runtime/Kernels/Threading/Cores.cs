using System.Diagnostics;

namespace Shardwright.Execution;

/// <summary>
/// The cores that a cluster's ranks share, and who runs on them. No more ranks run than there are places on the cores: a rank runs to its next collective on warm caches, then hands its place
/// to the next rank that can go on. A core that no rank needs takes work items of the ranks that run: of a rank that waits in a collective, or of a helper thread. So one rank uses
/// many cores, many ranks fill few cores to the last item, and cores that ranks do not divide are shared out by themselves. Or each core is for some ranks alone, as a device is, and
/// nobody helps them.
/// </summary>
internal sealed class Cores : IDisposable
{
    // Long enough to bridge the serial code between two kernels of a step, short enough to leave the core to other programs.
    private static readonly long SpinTicks = Stopwatch.Frequency / 50_000;

    private readonly Lock gate = new();
    private readonly WorkPool[] pools;
    private readonly Seat[] ready;
    private readonly Seat[] idle;
    private readonly Thread[] helpers;
    private readonly Places places;
    private readonly bool owned;
    private int readyFirst;
    private int readyCount;
    private int idleCount;
    private volatile bool stopping;

    /// <param name="count">Threads that run at once.</param>
    /// <param name="callers">Threads that start kernels, each on a pool of its own.</param>
    /// <param name="free">Cores that no caller holds at the start.</param>
    /// <param name="name">Name prefix of the helper threads, for debuggers.</param>
    public Cores(int count, int callers, int free, string name)
        : this(count, callers, free, name, null)
    {
    }

    /// <summary>The cores of one caller that always holds one of them.</summary>
    public Cores(WorkPool only, int count, string name)
        : this(count, 1, count - 1, name, only)
    {
    }

    /// <summary>Cores that belong to <paramref name="callersEach"/> callers each, by their seats' <see cref="Seat.Home"/>: kernels run on the thread that starts them.</summary>
    public static Cores Owned(int callers, int callersEach) => new((callers + callersEach - 1) / callersEach, callers, (callers + callersEach - 1) / callersEach, "", null, owned: true);

    private Cores(int count, int callers, int free, string name, WorkPool? only, bool owned = false)
    {
        places = new Places(count, free, bound: only is null, owned);
        (this.owned, count) = (owned, owned ? 1 : count);
        Count = count;
        pools = only is null ? [.. Enumerable.Range(0, callers).Select(_ => new WorkPool(this))] : [only];
        ready = new Seat[callers];
        idle = new Seat[count - 1];
        helpers = new Thread[count - 1];
        using var started = new CountdownEvent(Math.Max(1, helpers.Length));
        for (var i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(() => Help(new Seat(), started)) { IsBackground = true, Name = $"{name} {i + 1}" };
            helpers[i].Start();
        }

        // A thread that a busy machine starts late would allocate its first objects in some later step.
        if (helpers.Length > 0)
            started.Wait();
    }

    /// <summary>Threads that may work on one kernel.</summary>
    public int Count { get; }

    /// <summary>The pool of a caller.</summary>
    public WorkPool Pool(int caller) => pools[caller];

    /// <summary>Takes a core, sleeping until there is one.</summary>
    public void Enter(Seat seat)
    {
        bool taken;
        lock (gate)
        {
            taken = owned ? places.TryTake(seat.Home) : places.Count > 0;
            if (taken)
                seat.Place = owned ? seat.Home : places.Take();
            else
                AddReady(seat);
        }
        if (taken)
            seat.MoveTo(places.Processor(seat.Place));
        else
            seat.Sleep();
    }

    /// <summary>Gives the calling thread's core to whoever needs one.</summary>
    public void Leave(Seat seat)
    {
        Seat? next;
        lock (gate)
            next = PassOn(seat.Place);
        Grant(next);
    }

    /// <summary>
    /// Waits, on the calling thread's core, until <paramref name="meeting"/> is over. The core works for other ranks meanwhile; when one of them is ready to run, or there is
    /// nothing to do, it is given up until the meeting is over and a core is free again.
    /// </summary>
    public void Await(Meeting meeting, int generation, Seat seat)
    {
        var outer = WorkPool.Current;
        WorkPool.Current = null;
        var until = Stopwatch.GetTimestamp() + SpinTicks;
        while (!owned && !meeting.IsOver(generation) && Volatile.Read(ref readyCount) == 0)
        {
            if (TakeItem())
                until = Stopwatch.GetTimestamp() + SpinTicks;
            else if (Stopwatch.GetTimestamp() < until)
                Thread.SpinWait(8);
            else
                break;
        }
        WorkPool.Current = outer;
        if (meeting.IsOver(generation))
            return;
        Seat? next;
        lock (gate)
        {
            if (!meeting.TryAddSleeper(seat, generation))
                return;
            next = PassOn(seat.Place);
        }
        Grant(next);
        seat.Sleep();
    }

    /// <summary>Lets the sleepers of a meeting that is over run, each as soon as there is a core.</summary>
    public void Resume(Meeting meeting)
    {
        lock (gate)
        {
            while (meeting.TryRemoveSleeper() is { } seat)
                AddReady(seat);
            if (owned)
                GrantOwned();
            else
                while (places.Count > 0 && readyCount > 0)
                    Grant(PassOn(places.Take()));
        }
    }

    /// <summary>Lets everybody run at once: after a failure a core may be held by a thread that never returns it.</summary>
    public void Open()
    {
        lock (gate)
        {
            places.Open();
            while (readyCount > 0)
                Grant(PassOn(Places.Anywhere));
        }
    }

    /// <summary>Called after a job was published: wakes as many helpers as there are free cores and items.</summary>
    public void Call(int items)
    {
        // The job's ticket was written by an interlocked operation; a helper that goes to sleep does the reverse, so one of the two sees the other.
        if (places.Count == 0 || Volatile.Read(ref idleCount) == 0)
            return;
        lock (gate)
            for (; items > 0 && places.Count > 0 && idleCount > 0; items--)
                Grant(Help(places.Take()));
    }

    /// <summary>Ends the helpers. Must not be called while a job runs.</summary>
    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        lock (gate)
            while (idleCount > 0)
                Grant(Help(Places.Anywhere));
        foreach (var helper in helpers)
            helper.Join();
    }

    private void Help(Seat seat, CountdownEvent started)
    {
        Scratch.Prepare();
        seat.Sit();
        lock (gate)
            idle[idleCount++] = seat;
        started.Signal();
        seat.Sleep();
        while (!stopping)
        {
            var until = Stopwatch.GetTimestamp() + SpinTicks;
            while (!stopping && Volatile.Read(ref readyCount) == 0)
            {
                if (TakeItem())
                    until = Stopwatch.GetTimestamp() + SpinTicks;
                else if (Stopwatch.GetTimestamp() < until)
                    Thread.SpinWait(8);
                else
                    break;
            }
            Seat? next;
            lock (gate)
            {
                if (stopping)
                    return;
                idle[idleCount++] = seat;
                next = PassOn(seat.Place);
            }
            Grant(next);
            seat.Sleep();
        }
    }

    /// <summary>Runs one item of any caller's job, if there is one.</summary>
    public bool TakeItem()
    {
        foreach (var pool in pools)
            if (pool.TakeItem())
                return true;
        return false;
    }

    private void AddReady(Seat seat) => ready[(readyFirst + readyCount++) % ready.Length] = seat;

    // Under the gate: a ready rank first, then a helper if there is something to help with, else the core stays free. A caller that gives up its own core grants it outside of the gate, since whom it wakes
    // may take its processor at once.
    private Seat? PassOn(int place)
    {
        if (TakeReady(place) is { } next)
        {
            next.Place = place;
            return next;
        }
        places.Return(place);
        return idleCount > 0 && HasItems() ? Help(places.Take()) : null;
    }

    // Who has waited longest of those that may hold the core.
    private Seat? TakeReady(int place)
    {
        for (int i = 0; i < readyCount; i++)
        {
            var seat = ready[(readyFirst + i) % ready.Length];
            if (owned && place != Places.Anywhere && seat.Home != place)
                continue;
            for (; i > 0; i--)
                ready[(readyFirst + i) % ready.Length] = ready[(readyFirst + i - 1) % ready.Length];
            readyFirst = (readyFirst + 1) % ready.Length;
            readyCount--;
            return seat;
        }
        return null;
    }

    // Under the gate: every free core to the first rank of its own that is ready.
    private void GrantOwned()
    {
        for (int i = 0; i < readyCount;)
        {
            var seat = ready[(readyFirst + i) % ready.Length];
            if (places.TryTake(seat.Home))
            {
                Grant(PassOn(seat.Home));
                i = 0;
            }
            else
                i++;
        }
    }

    private Seat Help(int place)
    {
        var helper = idle[--idleCount];
        helper.Place = place;
        return helper;
    }

    private void Grant(Seat? next) => next?.Grant(places.Processor(next.Place));

    private bool HasItems()
    {
        foreach (var pool in pools)
            if (pool.HasItems)
                return true;
        return false;
    }
}
