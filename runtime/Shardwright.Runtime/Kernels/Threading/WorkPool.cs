using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Shardwright.Execution;

/// <summary>
/// Where one thread starts its kernels. The calling thread works too, and whoever has a core to spare takes items (see <see cref="Cores"/>). Work items only ever split rows,
/// columns, heads or experts, never a summed dimension: results do not depend on the number of threads or on who takes which item.
/// </summary>
public sealed unsafe class WorkPool : IDisposable
{
    // A helper that was interrupted in the middle of its item may take much longer than this.
    private static readonly long SpinTicks = Stopwatch.Frequency / 50_000;

    [ThreadStatic]
    private static WorkPool? current;

    private readonly Cores cores;
    private readonly bool ownsCores;
    private readonly SemaphoreSlim finished = new(0);

    // Upper half: generation; lower half: items not yet taken. An item is taken by compare-and-swap, so a thread that still looks at an old
    // generation can never take an item of a new one; the job's fields change only while no item is left to take.
    private long ticket;
    private delegate*<nint, int, void> body;
    private nint state;
    private int tasks;
    private int completed;
    private int callerWaits;
    private ExceptionDispatchInfo? failure;
    private volatile bool stopping;

    /// <summary>A pool with threads of its own.</summary>
    /// <param name="threads">Threads that work on a kernel, the calling one included; at least 1.</param>
    /// <param name="name">Name prefix of the threads, for debuggers.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one thread.</exception>
    public WorkPool(int threads, string name = "Shardwright kernel")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ownsCores = true;
        cores = new Cores(this, threads, name);
    }

    internal WorkPool(Cores cores) => this.cores = cores;

    /// <summary>The pool of this thread's rank; null runs kernels on the calling thread alone.</summary>
    public static WorkPool? Current { get => current; set => current = value; }

    /// <summary>Threads that may work on a kernel, the calling one included.</summary>
    public int Threads => cores.Count;

    internal bool HasItems => (uint)Volatile.Read(ref ticket) != 0;

    /// <summary>
    /// Calls <paramref name="body"/>(state, i) once for every i in [0, tasks), in any order and on any thread, and returns when all are done.
    /// One caller at a time; a call from inside an item runs inline. Allocates nothing.
    /// </summary>
    /// <exception cref="Exception">The first exception thrown by an item, after all items have ended.</exception>
    public void Run(int tasks, delegate*<nint, int, void> body, nint state)
    {
        if (tasks <= 1 || cores.Count == 1)
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
        cores.Call(tasks - 1);

        // A kernel called from an item of this thread must not start a second job on the same pool.
        var outer = current;
        current = null;
        try
        {
            while (TakeItem())
            {
            }
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

    /// <summary>Ends the pool's own threads. Must not be called while a job runs.</summary>
    public void Dispose()
    {
        if (stopping)
            return;
        stopping = true;
        if (ownsCores)
            cores.Dispose();
        finished.Dispose();
    }

    /// <summary>Runs one item of any rank's job on the calling thread, which waits for another rank; false when there is none.</summary>
    internal static bool Help()
    {
        if (current is not { } own)
            return false;
        current = null;
        try
        {
            return own.cores.TakeItem();
        }
        finally
        {
            current = own;
        }
    }

    /// <summary>Runs one item of the job, if one is left.</summary>
    internal bool TakeItem()
    {
        while (true)
        {
            var seen = Volatile.Read(ref ticket);
            var left = (int)(uint)seen;
            if (left == 0)
                return false;
            if (Interlocked.CompareExchange(ref ticket, seen - 1, seen) != seen)
                continue;
            RunItem(tasks - left);
            return true;
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
}
