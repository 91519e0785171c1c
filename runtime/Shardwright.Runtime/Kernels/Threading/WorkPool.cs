using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Shardwright.Execution;

/// <summary>
/// The kernel threads of one rank. The calling thread works too, so a pool of one has no thread of its own. Work items only ever split rows,
/// columns, heads or experts, never a summed dimension: results do not depend on the number of threads or on who takes which item.
/// </summary>
public sealed unsafe class WorkPool : IDisposable
{
    // Long enough to bridge the serial code between two kernels of a step, short enough not to take another rank's core.
    private static readonly long SpinTicks = Stopwatch.Frequency / 50_000;

    [ThreadStatic]
    private static WorkPool? current;

    private readonly Thread[] workers;
    private readonly SemaphoreSlim wake = new(0);
    private readonly SemaphoreSlim finished = new(0);

    // Upper half: generation; lower half: items not yet taken. An item is taken by compare-and-swap, so a worker that still looks at an old
    // generation can never take an item of a new one; the job's fields change only while no item is left to take.
    private long ticket;
    private delegate*<nint, int, void> body;
    private nint state;
    private int tasks;
    private int completed;
    private int sleepers;
    private int callerWaits;
    private ExceptionDispatchInfo? failure;
    private volatile bool stopping;

    /// <param name="threads">Threads that work on a kernel, the calling one included; at least 1.</param>
    /// <param name="name">Name prefix of the threads, for debuggers.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public WorkPool(int threads, string name = "Shardwright kernel")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        workers = new Thread[threads - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work) { IsBackground = true, Name = $"{name} {i + 1}" };
            workers[i].Start();
        }

        // A thread that a busy machine starts late would allocate its first objects in some later step.
        foreach (var _ in workers)
            finished.Wait();
    }

    /// <summary>The pool of this thread's rank; null runs kernels on the calling thread alone.</summary>
    public static WorkPool? Current { get => current; set => current = value; }

    /// <summary>Threads that work on a kernel, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>
    /// Calls <paramref name="body"/>(state, i) once for every i in [0, tasks), in any order and on any thread, and returns when all are done.
    /// One caller at a time; a call from inside an item runs inline. Allocates nothing.
    /// </summary>
    /// <exception cref="Exception">The first exception thrown by an item, after all items have ended.</exception>
    public void Run(int tasks, delegate*<nint, int, void> body, nint state)
    {
        if (tasks <= 1 || workers.Length == 0)
        {
            for (var i = 0; i < tasks; i++)
                body(state, i);
            return;
        }

        ObjectDisposedException.ThrowIf(stopping, this);
        this.body = body;
        this.state = state;
        this.tasks = tasks;
        Volatile.Write(ref completed, 0);
        var generation = (Volatile.Read(ref ticket) >> 32) + 1;
        Interlocked.Exchange(ref ticket, (generation << 32) | (uint)tasks);
        Wake(tasks - 1);

        // A kernel called from an item of this thread must not start a second job on the same pool.
        var outer = current;
        current = null;
        try
        {
            TakeItems();
            WaitForItems(tasks);
        }
        finally
        {
            current = outer;
        }

        if (failure is { } first)
        {
            failure = null;
            first.Throw();
        }
    }

    /// <summary>Ends the threads. Must not be called while a job runs.</summary>
    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        wake.Release(workers.Length + 1);
        foreach (var worker in workers)
            worker.Join();
        wake.Dispose();
        finished.Dispose();
    }

    private void Work()
    {
        Scratch.Prepare();
        finished.Release();
        while (!stopping)
        {
            if (!TakeItems())
                WaitForJob();
        }
    }

    private bool TakeItems()
    {
        var any = false;
        while (true)
        {
            var seen = Volatile.Read(ref ticket);
            var left = (int)(uint)seen;
            if (left == 0)
                return any;
            if (Interlocked.CompareExchange(ref ticket, seen - 1, seen) != seen)
                continue;
            any = true;
            RunItem(tasks - left);
        }
    }

    private void RunItem(int item)
    {
        var total = tasks;
        try
        {
            body(state, item);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
        }

        if (Interlocked.Increment(ref completed) == total && Interlocked.Exchange(ref callerWaits, 0) == 1)
            finished.Release();
    }

    private void WaitForItems(int total)
    {
        var spin = Stopwatch.GetTimestamp() + SpinTicks;
        while (Volatile.Read(ref completed) != total)
        {
            if (Stopwatch.GetTimestamp() < spin)
            {
                Thread.SpinWait(8);
                continue;
            }

            Interlocked.Exchange(ref callerWaits, 1);
            if (Volatile.Read(ref completed) == total && Interlocked.Exchange(ref callerWaits, 0) == 1)
                return;
            finished.Wait();
        }
    }

    private void WaitForJob()
    {
        var spin = Stopwatch.GetTimestamp() + SpinTicks;
        while (Stopwatch.GetTimestamp() < spin)
        {
            if ((uint)Volatile.Read(ref ticket) != 0 || stopping)
                return;
            Thread.SpinWait(8);
        }

        Interlocked.Increment(ref sleepers);
        if (((uint)Volatile.Read(ref ticket) != 0 || stopping) && TryLeaveSleepers())
            return;
        wake.Wait();
    }

    // False when the caller has already counted this thread as woken: then a permit is on its way and must be taken.
    private bool TryLeaveSleepers()
    {
        while (true)
        {
            var count = Volatile.Read(ref sleepers);
            if (count == 0)
                return false;
            if (Interlocked.CompareExchange(ref sleepers, count - 1, count) == count)
                return true;
        }
    }

    private void Wake(int useful)
    {
        while (true)
        {
            var asleep = Volatile.Read(ref sleepers);
            var release = Math.Min(asleep, useful);
            if (release == 0)
                return;
            if (Interlocked.CompareExchange(ref sleepers, asleep - release, asleep) != asleep)
                continue;
            wake.Release(release);
            return;
        }
    }
}
