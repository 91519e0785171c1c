namespace Shardwright.Execution;

/// <summary>
/// The cores that nobody holds. Where there are as many as processors that this process may use, each is one processor; else the system decides where threads run. Changed only under the gate of
/// <see cref="Cores"/>.
/// </summary>
internal sealed class Places
{
    /// <summary>A core that is no processor in particular.</summary>
    public const int Anywhere = -1;

    private readonly int[] free;
    private readonly int[] processors;
    private int count;
    private bool unlimited;

    /// <param name="cores">Cores, held or not.</param>
    /// <param name="free">Those that nobody holds.</param>
    /// <param name="bound">Whether each may stand for a processor: not when somebody holds one from the start, who may run anywhere.</param>
    /// <param name="owned">Whether each is for some threads alone, and a processor where there are enough.</param>
    public Places(int cores, int free, bool bound, bool owned = false)
    {
        this.free = new int[cores];
        for (count = 0; count < free; count++)
            this.free[count] = free - 1 - count;
        int[] allowed = bound ? LinuxThreads.Allowed : [];
        processors = allowed.Length == cores || owned && allowed.Length > cores ? allowed[..cores] : [];
    }

    /// <summary>Cores that nobody holds.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The processor of a core, for <see cref="Seat.Grant"/>.</summary>
    public int Processor(int place) => place >= 0 && place < processors.Length ? processors[place] : Anywhere;

    public int Take()
    {
        if (unlimited)
            return Anywhere;
        // Read without the gate by whoever published work: an interlocked operation orders the two.
        int left = Interlocked.Decrement(ref count);
        return free[left];
    }

    /// <summary>Takes one core; false when it is held.</summary>
    public bool TryTake(int place)
    {
        if (unlimited)
            return true;
        int at = Array.IndexOf(free, place, 0, count);
        if (at < 0)
            return false;
        free[at] = free[count - 1];
        Interlocked.Decrement(ref count);
        return true;
    }

    public void Return(int place)
    {
        if (unlimited)
            return;
        free[count] = place;
        Interlocked.Increment(ref count);
    }

    /// <summary>From now on everybody gets a core.</summary>
    public void Open() => (unlimited, count) = (true, int.MaxValue);
}
