namespace Shardwright.Execution;

/// <summary>
/// Where one thread sleeps until it is given a core. A grant that comes before the thread sleeps is kept. Where the system allows it, who hands its core on says which processor that is: left to itself,
/// the system often queues the woken thread behind another rank on another processor, and the one that was handed on stands idle.
/// </summary>
internal sealed unsafe class Seat
{
    private readonly object bell = new();

    // Pinned: the system knows the word by its address.
    private readonly int[] word = GC.AllocateArray<int>(1, pinned: true);
    private ulong[] processors = [];
    private int thread;
    private volatile bool asleep;
    private bool pinned;

    /// <summary>Whether the thread waits for a core, which is nobody's stall.</summary>
    public bool Asleep => asleep;

    /// <summary>The core that this thread holds, of those of <see cref="Places"/>; set by whoever gives it.</summary>
    public int Place { get; set; } = Places.Anywhere;

    /// <summary>The only core that this thread may hold; <see cref="Places.Anywhere"/>: any.</summary>
    public int Home { get; init; } = Places.Anywhere;

    /// <summary>Makes this the seat of the calling thread.</summary>
    public void Sit()
    {
        if (LinuxThreads.Available)
            (thread, processors) = (LinuxThreads.Current, LinuxThreads.Processors());
    }

    /// <summary>Gives the core <see cref="Place"/>.</summary>
    /// <param name="processor">Where the thread is to wake; <see cref="Places.Anywhere"/> leaves that to the system.</param>
    public void Grant(int processor)
    {
        if (!LinuxThreads.Available)
        {
            lock (bell)
            {
                word[0] = 1;
                Monitor.Pulse(bell);
            }
            return;
        }
        if (processor >= 0)
            pinned = LinuxThreads.Pin(thread, processor);
        Volatile.Write(ref word[0], 1);
        fixed (int* address = word)
            LinuxThreads.Wake(address);
    }

    /// <summary>Moves the seat's own thread, which took a free core itself.</summary>
    public void MoveTo(int processor)
    {
        if (processor < 0 || LinuxThreads.Processor == processor || !LinuxThreads.Pin(thread, processor))
            return;
        Unpin();
    }

    public void Sleep()
    {
        asleep = true;
        if (LinuxThreads.Available)
            WaitOnWord();
        else
            lock (bell)
                while (word[0] == 0)
                    Monitor.Wait(bell);
        word[0] = 0;
        asleep = false;
    }

    private void WaitOnWord()
    {
        fixed (int* address = word)
            while (Volatile.Read(ref word[0]) == 0)
                LinuxThreads.Wait(address, 0);
        if (!pinned)
            return;
        // Only where it wakes is ours to say; from here on the system may move it, as it may any thread.
        pinned = false;
        Unpin();
    }

    private void Unpin()
    {
        if (Home == Places.Anywhere)
            LinuxThreads.Unpin(processors);
    }
}
