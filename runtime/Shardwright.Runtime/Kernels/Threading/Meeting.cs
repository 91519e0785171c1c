namespace Shardwright.Execution;

/// <summary>Something that ranks wait for, and the ranks that gave up their core meanwhile. The sleepers change only under the gate of <see cref="Cores"/>.</summary>
internal abstract class Meeting(int members)
{
    private readonly (Seat Seat, int Generation)[] asleep = new (Seat, int)[members];
    private int sleepers;

    /// <summary>Whether nobody has to wait for this generation any more.</summary>
    public abstract bool IsOver(int generation);

    /// <summary>Read after the meeting was ended by an interlocked operation; a sleeper does the reverse, so one of the two sees the other.</summary>
    public bool HasSleepers => Volatile.Read(ref sleepers) > 0;

    /// <summary>False when the meeting is over.</summary>
    public bool TryAddSleeper(Seat seat, int generation)
    {
        asleep[sleepers] = (seat, generation);
        Interlocked.Increment(ref sleepers);
        if (!IsOver(generation))
            return true;
        sleepers--;
        return false;
    }

    /// <summary>A sleeper whose meeting is over, or null. Others may already sleep in the next one.</summary>
    public Seat? TryRemoveSleeper()
    {
        for (var i = 0; i < sleepers; i++)
        {
            var (seat, generation) = asleep[i];
            if (!IsOver(generation))
                continue;
            asleep[i] = asleep[--sleepers];
            return seat;
        }
        return null;
    }
}
